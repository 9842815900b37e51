#!/usr/bin/env node
// A sync engine in JavaScript: one pass over all linkages, then it ends (0 all well, 1 something failed, 2 not
// configured). Needs Node 20 and `npm ci`. What it leaves out is said in ../README.md.
import { readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Writable } from "node:stream";

const { Client } = createRequire(import.meta.url)("basic-ftp"); // CommonJS, which `import` loads 50 ms slower

const NEEDED = [
  "SYNC_SHOP_URL", "SYNC_SHOP_TOKEN", "SYNC_FTPS_HOST", "SYNC_FTPS_PORT", "SYNC_FTPS_TLS", "SYNC_FTPS_CA",
  "SYNC_SMTP_HOST", "SYNC_SMTP_PORT", "SYNC_MAIL_FROM", "SYNC_STATE_DIR",
];
const CODE_COLUMNS = ["商品コード", "SKUコード"];
const STOCK_COLUMNS = ["在庫数", "想定在庫数"];
const WHOLE_NUMBER = /^-?[0-9]+$/;
const ROWS_A_REQUEST = 5000;
const env = process.env;

async function askShop(path, body) {
  const response = await fetch(env.SYNC_SHOP_URL + path, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${env.SYNC_SHOP_TOKEN}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  if (!response.ok) throw new Error(`the shop API answered ${response.status} to ${path}`);
  return response.json();
}

/** Log in over TLS that is to be trusted, or not at all, and go to the shop's folder. */
async function enterArea(linkage) {
  const ftp = new Client(30_000);
  try {
    await ftp.access({
      host: env.SYNC_FTPS_HOST,
      port: Number(env.SYNC_FTPS_PORT),
      user: linkage.ftp_user,
      password: linkage.ftp_password,
      secure: env.SYNC_FTPS_TLS === "implicit" ? "implicit" : true,
      secureOptions: { ca: await readFile(env.SYNC_FTPS_CA) },
    });
    await ftp.cd(`/netstock/${linkage.shop_code}`);
  } catch (error) {
    ftp.close();
    throw error;
  }
  return ftp;
}

/** The stock files, oldest name first: name and what changes when a file is written anew. */
async function listFiles(ftp) {
  const files = (await ftp.list()).filter((entry) => entry.isFile && entry.name.endsWith(".csv"));
  files.sort((one, other) => (one.name < other.name ? -1 : 1));
  return files.map(({ name, size, rawModifiedAt }) => ({ name, size, seen: `${name} ${size} ${rawModifiedAt}` }));
}

/** All bytes of a file, or an error: a transfer that ends well may still be cut short. */
async function download(ftp, { name, size, seen }) {
  const blocks = [];
  const sink = new Writable({ write: (block, _encoding, done) => done(null, blocks.push(block)) });
  await ftp.downloadTo(sink, name);
  const bytes = Buffer.concat(blocks);
  if (bytes.length !== size) throw new Error(`${name}: ${bytes.length} of ${size} bytes arrived`);
  if (!(await listFiles(ftp)).some((file) => file.seen === seen)) throw new Error(`${name}: written anew while read`);
  return bytes;
}

function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    return new TextDecoder("shift_jis", { fatal: true }).decode(bytes); // as browsers have it: CP932, with ① ㈱ 髙
  }
}

/** Records of fields; refuses a quote that stands anywhere but around a field, or doubled inside one. */
function parseCsv(text) {
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\r)/y;
  const records = [];
  for (let record = []; field.lastIndex < text.length; ) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) throw new Error(`empty, cut short or with a stray quote, at character ${at}`);
    record.push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (found[3] !== ",") record = void records.push(record) ?? [];
  }
  return records;
}

/** Stock by code, codes as they are. Rows that are not good are left out; without its key columns no row counts. */
function readLevels(records) {
  const header = records[0] ?? [];
  const columns = (names) => header.flatMap((name, at) => (names.includes(name) ? [at] : []));
  let [codes, stocks] = [columns(CODE_COLUMNS), columns(STOCK_COLUMNS)];
  const headless = !codes.length && !stocks.length && WHOLE_NUMBER.test(header[1] ?? "");
  if (headless) [codes, stocks] = [[0], [1]];
  if (codes.length !== 1 || stocks.length !== 1) throw new Error("商品コード or 在庫数 is no column, or two");
  const [levels, contradicted] = [new Map(), new Set()];
  for (const [index, record] of records.slice(headless ? 0 : 1).entries()) {
    const [code, stock] = [record[codes[0]], record[stocks[0]]];
    if (record.length !== header.length || !code.trim() || !WHOLE_NUMBER.test(stock) || Number(stock) > 999_999_999) {
      console.error(`row left out: ${index + (headless ? 1 : 2)}`);
      continue;
    }
    const level = Math.max(0, Number(stock));
    if ((levels.get(code) ?? level) !== level) contradicted.add(code);
    levels.set(code, level);
  }
  for (const code of contradicted) levels.delete(code);
  return levels;
}

async function setStock(shopId, levels) {
  const updates = [...levels].map(([code, stock]) => ({ variant_code: code, stock }));
  for (let from = 0; from < updates.length; from += ROWS_A_REQUEST) {
    const answer = await askShop(`/shops/${shopId}/stock`, { updates: updates.slice(from, from + ROWS_A_REQUEST) });
    console.log(`set ${answer.updated}, unchanged ${answer.unchanged}, rejected ${answer.rejected.length}`);
  }
}

/** Each file that is not as it was at the last pass. `applied` grows with each, so that a failure forgets none. */
async function syncLinkage(linkage, state) {
  const applied = (state.applied[linkage.shop_code] ??= []);
  const ftp = await enterArea(linkage);
  try {
    const files = await listFiles(ftp);
    for (const file of files.filter(({ seen }) => !applied.includes(seen))) {
      const bytes = await download(ftp, file);
      try {
        await setStock(linkage.shop_id, readLevels(parseCsv(decode(bytes))));
      } catch (error) {
        throw new Error(`${file.name}: ${error.message}`, { cause: error.cause });
      }
      applied.push(file.seen);
    }
    state.applied[linkage.shop_code] = files.map(({ seen }) => seen);
  } finally {
    ftp.close();
  }
}

async function sendMail(linkage, subject, text) {
  const { createTransport } = await import("nodemailer"); // few passes send one
  const relay = createTransport({ host: env.SYNC_SMTP_HOST, port: Number(env.SYNC_SMTP_PORT), ignoreTLS: true });
  await relay.sendMail({ from: env.SYNC_MAIL_FROM, to: linkage.notify_to, subject, text });
}

/** One linkage; true when all is well. A mail at the first failure, and one when it is over. */
async function passOver(linkage) {
  const path = join(env.SYNC_STATE_DIR, `linkage-${encodeURIComponent(linkage.id)}.json`);
  const state = JSON.parse(await readFile(path, "utf-8").catch(() => '{"applied": {}, "failing": false}'));
  const where = `ショップコード ${linkage.shop_code}`;
  const now = env.SYNC_NOW ?? new Date().toString();
  let why = "";
  try {
    await syncLinkage(linkage, state);
  } catch (error) {
    why = [error.message, error.cause?.message].filter(Boolean).join(": ");
    console.error(`linkage ${linkage.id}: ${why}`);
  }
  if (state.failing !== Boolean(why)) {
    const subject = why ? `在庫連携に失敗しました（${where}）` : `在庫連携が復旧しました（${where}）`;
    const text = why
      ? `${now} ${where} の在庫連携に失敗しました。届かなかった在庫数は変えていません。\n次の送信のときにやり直します。` +
        `続くときは在庫連携設定の内容とTEMPOSTARの在庫管理設定をご確認ください。\n\n${why}\n`
      : `${now} ${where} の在庫連携が復旧しました。\n`;
    await sendMail(linkage, subject, text).then(
      () => (state.failing = Boolean(why)),
      (error) => console.error(`the mail was not taken, the next pass tries again: ${error.message}`),
    );
  }
  await writeFile(`${path}.new`, JSON.stringify(state));
  await rename(`${path}.new`, path);
  return !why;
}

const missing = NEEDED.filter((name) => !env[name]);
if (missing.length) {
  console.error(`my-sync: not set: ${missing.join(", ")}`);
  process.exit(2);
}
try {
  const { linkages } = await askShop("/linkages");
  for (const linkage of linkages.filter(({ state }) => state === "active"))
    if (!(await passOver(linkage).catch((error) => console.error(error)))) process.exitCode = 1;
} catch (error) {
  console.error(`my-sync: ${error.message}`);
  process.exitCode = 1;
}
