# language: ja
機能: 数多くのSKU
  商品の多い店舗でも漏れがあってはならない。一度に送られるSKUには上限があり、残りは次の送信に回る。

  背景:
    前提 在庫連携の設定を終えている

  @guide-0.1 @guide-2.1.4 @public-slice @assumption-slice @assumption-content
  シナリオアウトライン: 上限を超えるSKUは何回かの送信に分かれて届く
    前提 一度に送られるSKUが「4」件までである
    かつ TEMPOSTARの「10」件のSKUを連携している
    かつ RoomClipショッピングに「10」件のSKUに対応する商品を登録している
    もし 送信間隔が「<回数>」回過ぎ、そのつど在庫連携が行われる
    ならば RoomClipショッピングで在庫数が届いた商品は「<件数>」件である

    例:
      | 回数 | 件数 |
      | 1    | 4    |
      | 2    | 8    |
      | 3    | 10   |
      | 4    | 10   |

  @guide-0.1 @guide-2.1.4 @public-slice @assumption-slice
  シナリオ: 2000件を超えるSKUも2回の送信で届き切る
    前提 TEMPOSTARの「2100」件のSKUを連携している
    かつ RoomClipショッピングに「2100」件のSKUに対応する商品を登録している
    もし 送信間隔が「2」回過ぎ、そのつど在庫連携が行われる
    ならば RoomClipショッピングの「2100」件すべての在庫数がTEMPOSTARと一致する

  @guide-0.1 @assumption-content @chooses-content
  シナリオ: 全件の在庫ファイルは一度で届き切る
    前提 在庫ファイルの内容が「全件」である
    かつ 一度に送られるSKUが「4」件までである
    かつ TEMPOSTARの「10」件のSKUを連携している
    かつ RoomClipショッピングに「10」件のSKUに対応する商品を登録している
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば RoomClipショッピングの「10」件すべての在庫数がTEMPOSTARと一致する
