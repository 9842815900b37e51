# language: ja
機能: 在庫ファイルの書き方の違い
  在庫ファイルの書き方が少し変わっただけで在庫連携が止まると困る。商品コードと在庫数が読めれば在庫数は届く。

  背景:
    前提 在庫連携の設定を終えている
    かつ RoomClipショッピングに次の商品を登録している:
      | 種類別の自社管理コード |
      | chair-001              |
      | 00123                  |
      | ＬＡＭＰ-01            |
      | TABLE-2                |
      | rug_a\|b               |

  @should @guide-4.0.1 @public-code-and-stock-first @assumption-columns @assumption-header @assumption-encoding @assumption-column-order @chooses-column-order @chooses-header @chooses-encoding
  シナリオアウトライン: 在庫ファイルの書き方が違っても在庫数が届く
    前提 FTPS領域の在庫ファイルが見本「<見本>」である
    もし 在庫連携が行われる
    ならば RoomClipショッピングの在庫数は次のとおりである:
      | 種類別の自社管理コード | 在庫数 |
      | chair-001              | 12     |
      | 00123                  | 7      |
      | ＬＡＭＰ-01            | 5      |
      | TABLE-2                | 4      |
      | rug_a\|b               | 15     |

    例:
      | 見本                      |
      | stock-all-columns.csv     |
      | stock-code-and-stock.csv  |
      | stock-other-order.csv     |
      | stock-utf8-bom.csv        |
      | stock-no-header.csv       |
