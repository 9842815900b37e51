# language: ja
機能: ファイルの転送の暗号化
  ファイルの転送に、ログインと同じ暗号化の続きを求める相手がある。そのときも在庫数と注文は滞らない。

  背景:
    前提 在庫連携の設定を終えている
    かつ FTPS領域がファイルの転送にログインと同じ暗号化の続きを求めている
    かつ TEMPOSTARの「ISU-01」のSKUを想定在庫数「10」で連携している
    かつ RoomClipショッピングに「ISU-01」の商品を登録している

  @should @public-session-reuse @assumption-tls-session-reuse @chooses-tls-session-reuse
  シナリオ: 暗号化の続きでないファイルの転送は断られる
    もし 送信間隔が過ぎる
    ならば ログインの続きでない暗号化では在庫ファイルを受け取れない

  @should @guide-2.1.5 @public-session-reuse @assumption-tls-session-reuse @chooses-tls-session-reuse
  シナリオ: 暗号化の続きを求められても在庫数が届く
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば RoomClipショッピングの「ISU-01」の在庫数は「10」である
    かつ 店舗にメールは届いていない

  @orders @guide-2.1.2 @public-session-reuse @assumption-tls-session-reuse @chooses-tls-session-reuse
  シナリオ: 暗号化の続きを求められても注文が届く
    前提 送信間隔が過ぎて在庫連携が行われている
    かつ 購入者が「ISU-01」を「2」個購入している
    かつ 在庫連携が行われている
    もし 送信間隔が過ぎる
    ならば 受注一覧の受注は全部で「1」件である
    かつ TEMPOSTARの「ISU-01」の在庫数は「8」である
