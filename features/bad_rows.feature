# language: ja
@should
機能: 在庫ファイルの中のおかしな行
  一行のまちがいでほかの商品の在庫数まで止まると、売り越しになる。おかしな行だけを外し、店舗に知らせる。

  背景:
    前提 在庫連携の設定を終えている
    かつ RoomClipショッピングに次の商品を登録している:
      | 種類別の自社管理コード | 在庫数 |
      | ok-1                   | 50     |
      | ok-2                   | 50     |
      | neg                    | 50     |
      | same                   | 50     |
      | dup                    | 50     |
      | comma                  | 50     |
      | wide                   | 50     |
      | float                  | 50     |
      | text                   | 50     |
      | big                    | 50     |
      | empty                  | 50     |
    かつ FTPS領域の在庫ファイルが見本「stock-bad-rows.csv」である

  @guide-0.1 @guide-4.0.1 @assumption-bad-rows
  シナリオ: おかしな行があってもほかの行の在庫数は届く
    もし 在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | ok-1                   | 1      |
      | ok-2                   | 2      |
      | same                   | 6      |

  @public-code-and-stock-first @assumption-bad-rows
  シナリオ: おかしな行の在庫数は変えない
    もし 在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | comma                  | 50     |
      | wide                   | 50     |
      | float                  | 50     |
      | text                   | 50     |
      | big                    | 50     |
      | empty                  | 50     |
      | dup                    | 50     |

  @assumption-bad-rows
  シナリオ: マイナスの在庫数は0として扱う
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「neg」の在庫数は「0」である

  @assumption-bad-rows @assumption-when-mail
  シナリオアウトライン: おかしな行を店舗に知らせる
    もし 在庫連携が行われる
    ならば 最後に届いたメールに「<SKU>」と書かれている

    例:
      | SKU   |
      | neg   |
      | comma |
      | wide  |
      | dup   |
