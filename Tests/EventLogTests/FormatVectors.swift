/// Known segments, keyed hashes and a short ledger, worked out apart from this program.
enum FormatVectors {
    static let ledgerID = "000102030405060708090a0b0c0d0e0f"
    static let dataKey = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

    struct SealedPart: Sendable {
        let subject: String
        let salt: String
        let json: String
        let commitment: String
        let commitmentText: String
        let row: String
    }

    static let segments = [
        SealedPart(
            subject: "usr_7Q3mZk0Yx2",
            salt: "a0a1a2a3a4a5a6a7a8a9aaabacadaeafa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
            json: #"{"email":"Zoë@example.com","first_name":"Zoë"}"#,
            commitment: "c25078ed2d2e5d4008c145a8a764bbaf31d2b6b3e4fefcc5ecd6fe85a5d08ba5",
            commitmentText: "wlB47S0uXUAIwUWop2S7rzHStrPk_vzF7Nb-haXQi6U",
            row: "015f19fbbd254dae9f53d69274da49977ccc77eccc89b29d92d53dc6e2310a7e34b614e7cf886a07913b0770a8a4dcca"
                + "50c5278029cb808d69752a1c55f5c248c500cc5f10021fedbe34b2c5802812d485b550864fca4ac80539d8aacea9e934"
                + "7d"
        ),
        SealedPart(
            subject: "usr_7Q3mZk0Yx2",
            salt: "1111111111111111111111111111111111111111111111111111111111111111",
            json: #"{"ip":"2001:db8::1","user_agent":"curl/8.5.0"}"#,
            commitment: "8b4d36a0e78eaa632c092a23ad97071a6629b0aff5b397a6cb5fb013a281bf64",
            commitmentText: "i002oOeOqmMsCSojrZcHGmYpsK_1s5emy1-wE6KBv2Q",
            row: "01fe44b06e6d2c9541ef1ef9c632b97392aef2278f8cef5216cd76b8e97d76743dd1af9e39106e709feac79dd11aae6f"
                + "98c24680f3653308a1317dd1bc06cc054566efcc3de861dc2c68b2c48bb6420246a5096ea85fdb261b127793186913"
        ),
        SealedPart(
            subject: "prt_k9",
            salt: "0000000000000000000000000000000000000000000000000000000000000000",
            json: #"{"reason":"asked by ticket 14"}"#,
            commitment: "a07aa6e6c4fa5fdff113af47c06a0df2e272eeb669c8cbfd2a3259d2674a4447",
            commitmentText: "oHqm5sT6X9_xE69HwGoN8uJy7rZpyMv9KjJZ0mdKREc",
            row: "015b1423392af5ab2e1c3abde0bbdb40eff54312fdb46ba212f3a35f6945477aa96525b4d06ab3890b9deb08e444c011"
                + "44f788fb858e052ef402691a95f6983e52c8104d748e7e56e2d8f23b50500f3f"
        ),
        SealedPart(
            subject: "platform",
            salt: "2222222222222222222222222222222222222222222222222222222222222222",
            json: #"{"actor":{"assurance":{"at":"2026-11-20T10:00:04.000000Z","level":"multi","methods":["pwd""#
                + #","otp"]},"id":"usr_7Q3mZk0Yx2","session":"ses_1"},"ip":"2001:db8::1","reason":"asked by ti"#
                + #"cket 14"}"#,
            commitment: "3e229ead35e3d7dd0c3031766f5f49af881b1594acc776928601d3ac2a8f3974",
            commitmentText: "PiKerTXj190MMDF2b19Jr4gbFZSsx3aShgHTrCqPOXQ",
            row: "01613487b51eb5eaf8005f2301089e97c1c1c6241d7dbb388533cacf17a4d6b556e44f2e5cb178456ea71d7b6752bbf7"
                + "9fb415dc08e36348cb48ba98a3f26f7967d054c489a96ed5227da25f2fb4a26a45bdd2f04f7b0bb687ccb2263d277b1d"
                + "6546be066fe4d15d87dd5a01b5507b010f903359fc9c4471e62c7ee701d43e65b1eaa233d8261e7ecaad8179d4f50448"
                + "aeb53b4ab4b9153c946dbdc46966ea02ebf62766436b55375d3b1344ec545c9816b9c1d08cbc564c0da9036aa458e278"
                + "49399602d365703d952e68652c378c8d77c854416825dc17cb4ab64a170a905411ba1f6c3f2611622940c0efd73a"
        ),
    ]

    static let macKey = "07"
    static let secret = "s3cr3t-value"

    /// Kind and hash of the secret under 32 bytes of the key's byte.
    static let macs = [
        ("client_secret", "8ba574a2c9f8424546cbe47ce09b165ebf77b94c32035cb068aeb89f9ed843c8"),
        ("api_key", "99124f021e567ee1b813b3908cb303bc8eb9610d61843384e06f78cb75f793f9"),
        ("refresh_token", "d232d4dfea00e7d64de6c405b68421d28c354a83d6be1100cedd858864b7d3ea"),
    ]

    /// Entries and their leaf hashes.
    ///
    /// The verifier key in the first is a placeholder.
    static let entries: [(bytes: String, leaf: String)] = [
        (
            #"{"actor":{"kind":"system"},"chain":"platform","class":"state","data":{"format":"BgYGBgYGBg"#
                + #"YGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY","hash":"sha256","key_check":"BQUFBQUFBQUFBQUFBQUFBQUFBQ"#
                + #"UFBQUFBQUFBQUFBQU","ledger":"AAECAwQFBgcICQoLDA0ODw","origin":"localhost:8080/ledger/AAECA"#
                + #"wQFBgcICQoLDA0ODw","secret_key":"hk_1","software":"muniment 0.1.0","verifier_key":"(C2SP k"#
                + #"ey)"},"id":"evt_AAAAAAAAAAAAAAAAAAAAAA","index":0,"recorded_at":"2026-11-20T10:00:00.00000"#
                + #"0Z","result":"ok","sequence":0,"type":"ledger.created","v":1}"#,
            "27bc52aed293b218d7e935b77da0e61e22d5a0a27bba1a600f4f10518374d2fe"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"batch":[1,2],"chain":"prt_k9","class":"state","data":{"max_tenants":2,"n"#
                + #"ame":"Acme MSP","slug":"acme-msp","status":"ACTIVE"},"id":"evt_AQEBAQEBAQEBAQEBAQEBAQ","in"#
                + #"dex":1,"recorded_at":"2026-11-20T10:00:01.000000Z","request":{"endpoint":"partners.create""#
                + #","id":"req_1"},"result":"ok","sequence":0,"stream":"prt_k9","type":"partner.created","v":1"#
                + #","version":1}"#,
            "6df578a10ed0c24a70d4da2b741703ed657c6ca4a650811c30b4e6dc796bedcc"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"batch":[2,2],"chain":"platform","class":"state","data":{"partner":"prt_k"#
                + #"9"},"id":"evt_AgICAgICAgICAgICAgICAg","index":2,"previous":"J7xSrtKTshjX6TW3faDmHiLVoKJ7uh"#
                + #"pgD08QUYN00v4","recorded_at":"2026-11-20T10:00:01.000000Z","request":{"endpoint":"partners"#
                + #".create","id":"req_1"},"result":"ok","sequence":1,"type":"platform.partner_added","v":1}"#,
            "62620a1e0cf42c2aeed215b0089b9d8cc7862573d8c30268d876d02506984997"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"batch":[1,2],"chain":"tnt_w1","class":"state","data":{"name":"Widget","p"#
                + #"artner_id":"prt_k9","slug":"widget","status":"ACTIVE"},"id":"evt_AwMDAwMDAwMDAwMDAwMDAw",""#
                + #"index":3,"recorded_at":"2026-11-20T10:00:02.000000Z","request":{"endpoint":"tenants.create"#
                + #"","id":"req_2"},"result":"ok","sequence":0,"stream":"tnt_w1","type":"tenant.created","v":1"#
                + #","version":1}"#,
            "381a6da7d43eea113238cc289cee78446b01f41fc6a92baba41968f5525d53bc"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"batch":[2,2],"chain":"prt_k9","class":"state","data":{"tenant":"tnt_w1"}"#
                + #","id":"evt_BAQEBAQEBAQEBAQEBAQEBA","index":4,"previous":"bfV4oQ7Qwkpw1NordBcD7WV8bKSmUIEcM"#
                + #"LTm3Hlr7cw","recorded_at":"2026-11-20T10:00:02.000000Z","request":{"endpoint":"tenants.cre"#
                + #"ate","id":"req_2"},"result":"ok","sequence":1,"type":"partner.tenant_added","v":1}"#,
            "3ee76dd7f0bdee5d8953fa64cd5d6510933e8aee4bc398bb0160593b18792fee"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"chain":"platform","class":"activity","data":{"expires_at":"2026-11-20T11"#
                + #":00:03.000000Z","grant":"client_credentials","scope":["admin:read"],"signing_key":"snk_1","#
                + #""token":"tkn_1"},"id":"evt_BQUFBQUFBQUFBQUFBQUFBQ","index":5,"recorded_at":"2026-11-20T10:"#
                + #"00:03.000000Z","request":{"endpoint":"oauth.token","id":"req_3"},"result":"ok","sequence":"#
                + #"0,"stream":"app_svc","type":"token.issued","v":1}"#,
            "2d8d43ce15146fc668bf04e462b59bf86ed6b28893126b8e55f486fdd62b9a35"
        ),
        (
            #"{"actor":{"credential":"sks_1","home":"platform","id":"app_svc","kind":"application","name"#
                + #"":"Provisioner"},"chain":"platform","class":"activity","code":"invalid_scope","data":{"att"#
                + #"empted":"token.issue","scope":["admin:write"]},"id":"evt_BgYGBgYGBgYGBgYGBgYGBg","index":6"#
                + #","previous":"LY1DzhUUb8ZovwTkYrWb-G7WsoiTEmuOVfSG_dYrmjU","recorded_at":"2026-11-20T10:00:"#
                + #"04.000000Z","request":{"endpoint":"oauth.token","id":"req_4"},"result":"denied","sequence""#
                + #":1,"stream":"app_svc","type":"token.refused","v":1}"#,
            "aa8dbc7570e44dd700a72a6f90a4eb9e463e79ba7a6000aa35fbcef6439ef7ff"
        ),
    ]

    /// What could follow them: a person of the platform, whom the last of the segments names, in a tenant's chain.
    static let sealedActor = (
        bytes: #"{"actor":{"home":"platform","kind":"user"},"chain":"tnt_w1","class":"state","data":{"name""#
            + #":"Widget Works"},"id":"evt_BwcHBwcHBwcHBwcHBwcHBw","index":7,"previous":"OBptp9Q-6hEyOMwon"#
            + #"O54RGsB9B_GqSurpBlo9VJdU7w","recorded_at":"2026-11-20T10:00:05.000000Z","request":{"endpoi"#
            + #"nt":"tenants.update","id":"req_5"},"result":"ok","sealed":[{"commitment":"PiKerTXj190MMDF2"#
            + #"b19Jr4gbFZSsx3aShgHTrCqPOXQ","fields":["actor","ip","reason"],"key":"platform/actors/2026-"#
            + #"11","subject":"platform"}],"sequence":1,"stream":"tnt_w1","type":"tenant.updated","v":1,"v"#
            + #"ersion":2}"#,
        leaf: "fa3d691b13fb32ff198bb8a0ddce627d50070ba70c6eec440b735a5d5c3b6cb3"
    )

    static let root = "e230de671430a7fecec82a922172a4c967b9a7ff78ad89642658836167e91d70"

    static let canonical =
        "7b2261223a226c696e65e280a86e657874c2857fe280a9656e64222c2262223a22f0908080ee8080222c2263223a5b22"
        + "c3a9222c2265cc81225d2c2264223a225c75303030305c75303031665c625c745c6e5c665c725c225c5c2f222c226e22"
        + "3a5b302c2d312c393030373139393235343734303939312c2d393030373139393235343734303939315d2c2274223a74"
        + "7275652c227a223a6e756c6c7d"
    static let canonicalLeaf = "29542221489283459daea8b20cf8f004e0b1248aa7856be474aed7270f6044f8"
}
