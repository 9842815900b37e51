# language: ja
機能: 読む前に上書きされた在庫ファイル
  差分の在庫ファイルは読む前に上書きされると内容が失われる。気付かなければ、在庫数は食い違ったままになる。

  背景:
    前提 在庫連携の設定を終えている
    かつ TEMPOSTARの次のSKUを連携している:
      | SKUコード | 想定在庫数 |
      | ISU-01    | 5          |
      | ISU-02    | 8          |
    かつ RoomClipショッピングに「ISU-01」の商品を登録している
    かつ RoomClipショッピングに「ISU-02」の商品を登録している
    かつ 送信間隔が過ぎて在庫連携が行われている

  @brakes @assumption-overwritten @assumption-missed-news @assumption-content @assumption-name-without-date
  シナリオ: 在庫連携が行われない間に上書きされると、一括同期をお願いするメールが届く
    前提 TEMPOSTARの「ISU-01」の想定在庫数を「1」にしている
    かつ 送信間隔が過ぎている
    かつ TEMPOSTARの「ISU-02」の想定在庫数を「2」にしている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば 店舗に届いたメールは全部で「1」通である
    かつ 最後に届いたメールに「一括同期」と書かれている
    かつ 最後に届いたメールにショップコードが書かれている
    かつ 連携履歴の最新の行に「一括同期」と書かれている
    かつ RoomClipショッピングの「ISU-02」の在庫数は「2」である

  @brakes @assumption-overwritten @assumption-missed-news @assumption-content @assumption-name-without-date
  シナリオ: 失敗した回のファイルが上書きされると、失敗と復旧のほかに1通届く
    前提 TEMPOSTARでFTPパスワードを発行し直している
    かつ TEMPOSTARの「ISU-01」の想定在庫数を「1」にしている
    かつ 送信間隔が過ぎて在庫連携が行われている
    かつ 在庫連携設定に正しい内容を保存している
    かつ TEMPOSTARの「ISU-02」の想定在庫数を「2」にしている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば 店舗に届いたメールは全部で「3」通である
    かつ 連携履歴の最新の行に「一括同期」と書かれている

  @brakes @assumption-overwritten @assumption-missed-news @assumption-content @assumption-name-without-date
  シナリオ: 一時停止の間に上書きされると、再開の後にメールが届く
    前提 在庫連携を一時停止している
    かつ TEMPOSTARの「ISU-01」の想定在庫数を「1」にしている
    かつ 送信間隔が過ぎて在庫連携が行われている
    かつ TEMPOSTARの「ISU-02」の想定在庫数を「2」にしている
    かつ 送信間隔が過ぎて在庫連携が行われている
    もし 在庫連携を再開し、在庫連携が行われる
    ならば 店舗に届いたメールは全部で「1」通である
    かつ 最後に届いたメールに「一括同期」と書かれている

  @brakes @public-full-sync @assumption-missed-news @assumption-content @assumption-name-without-date
  シナリオ: 一括同期を行うと在庫数が届き直し、お願いは消える
    前提 TEMPOSTARの「ISU-01」の想定在庫数を「1」にしている
    かつ 送信間隔が過ぎている
    かつ TEMPOSTARの「ISU-02」の想定在庫数を「2」にしている
    かつ 送信間隔が過ぎて在庫連携が行われている
    かつ TEMPOSTARで一括同期を行っている
    もし 送信間隔が「2」回過ぎ、そのつど在庫連携が行われる
    ならば RoomClipショッピングの「ISU-01」の在庫数は「1」である
    かつ 連携履歴の最新の行に「一括同期」と書かれていない
    かつ 店舗に届いたメールは全部で「1」通である

  @brakes @assumption-content @assumption-missed-news @chooses-content
  シナリオ: すべてのSKUが載った在庫ファイルを読めたのならメールは届かない
    前提 在庫ファイルの内容が「全件」である
    かつ TEMPOSTARの「ISU-01」の想定在庫数を「1」にしている
    かつ 送信間隔が過ぎている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば 店舗にメールは届いていない
    かつ RoomClipショッピングの「ISU-01」の在庫数は「1」である

  @brakes @assumption-unchanged @assumption-missed-news
  シナリオ: 在庫連携が行われなくても、変更がなければメールは届かない
    前提 送信間隔が過ぎている
    かつ 送信間隔が過ぎている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば 店舗にメールは届いていない
