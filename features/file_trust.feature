# language: ja
@should
機能: 信用できない在庫ファイル
  途中で切れた数は、正しい数に見えてしまう。信用できない在庫ファイルは1行も使わず、店舗に知らせる。

  背景:
    前提 在庫連携の設定を終えている
    かつ TEMPOSTARの次のSKUを連携している:
      | SKUコード | 想定在庫数 |
      | chair-001 | 5          |
      | TABLE-1   | 6          |
    かつ RoomClipショッピングに次の商品を登録している:
      | 種類別の自社管理コード |
      | chair-001              |
      | TABLE-1                |
    かつ 送信間隔が過ぎて在庫連携が行われている

  @guide-5.5 @assumption-untrusted-file
  シナリオアウトライン: 途中で切れた在庫ファイルは1行も使わない
    前提 FTPS領域の在庫ファイルが見本「<見本>」である
    もし 在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | chair-001              | 5      |
      | TABLE-1                | 6      |
    かつ 店舗に届いたメールは全部で「1」通である
    かつ 最後に届いたメールに在庫ファイルの名前が書かれている

    例:
      | 見本                       |
      | stock-cut-in-number.csv    |
      | stock-cut-in-character.csv |

  @guide-5.5 @assumption-untrusted-file
  シナリオ: 中身のない在庫ファイルで在庫数は変わらない
    前提 FTPS領域の在庫ファイルが0バイトである
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「chair-001」の在庫数は「5」である
    かつ 店舗に届いたメールは全部で「1」通である

  @guide-5.5 @assumption-untrusted-file
  シナリオ: 商品コードか在庫数の項目がない在庫ファイルは使わない
    前提 FTPS領域の在庫ファイルが次の内容である:
      """
      "商品名","倉庫"
      "chair-001","1"
      """
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「chair-001」の在庫数は「5」である
    かつ 店舗に届いたメールは全部で「1」通である

  @public-differential @assumption-unchanged @chooses-unchanged
  シナリオ: 見出しだけの在庫ファイルは知らせがないのと同じである
    前提 FTPS領域の在庫ファイルが次の内容である:
      """
      "商品コード","商品基本コード","商品名","属性1名","属性2名","在庫数"
      """
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「chair-001」の在庫数は「5」である
    かつ 店舗にメールは届いていない

  @public-differential @assumption-no-file-yet
  シナリオ: 在庫ファイルが消えても在庫数は変わらない
    前提 FTPS領域から在庫ファイルが消えている
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「chair-001」の在庫数は「5」である
    かつ RoomClipショッピングの「TABLE-1」の在庫数は「6」である

  @guide-0.1 @assumption-untrusted-file @assumption-when-mail
  シナリオ: 次の在庫ファイルが正しければ在庫数が届き、復旧のメールが届く
    前提 FTPS領域の在庫ファイルが見本「stock-cut-in-number.csv」である
    かつ 在庫連携が行われている
    かつ TEMPOSTARの「chair-001」の想定在庫数を「3」にしている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば RoomClipショッピングの「chair-001」の在庫数は「3」である
    かつ 店舗に届いたメールは全部で「2」通である

  @assumption-writing @assumption-untrusted-file @chooses-writing
  シナリオ: 書きかけの在庫ファイルは使わない
    前提 在庫ファイルは書きかけでも見える
    かつ TEMPOSTARの「chair-001」の想定在庫数を「3」にしている
    かつ TEMPOSTARの「TABLE-1」の想定在庫数を「4」にしている
    もし 在庫ファイルの書きかけのところで在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | chair-001              | 5      |
      | TABLE-1                | 6      |

  @guide-0.1 @assumption-writing @assumption-untrusted-file @chooses-writing
  シナリオ: 書きかけで使えなかった在庫ファイルは、書き終わってから届く
    前提 在庫ファイルは書きかけでも見える
    かつ TEMPOSTARの「chair-001」の想定在庫数を「3」にしている
    かつ TEMPOSTARの「TABLE-1」の想定在庫数を「4」にしている
    かつ 在庫ファイルの書きかけのところで在庫連携が行われている
    かつ 「1」分が過ぎている
    もし 在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | chair-001              | 3      |
      | TABLE-1                | 4      |
