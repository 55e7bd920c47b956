import Engine
import EventLog
import Wire

/// What a founding shows once and never again.
struct FoundedLedger {
    let founded: Instance.Founded
    let email: String

    /// For programs.
    var json: JSON {
        [
            "ledger": [
                "id": .string(Base64URL.encode(founded.identity.id)),
                "origin": .string(founded.identity.origin),
                "verifier_key": .string(founded.identity.verifierKey.description),
            ],
            "super_admin": [
                "id": .string(founded.administrator.text),
                "email": .string(email),
                "password": .string(founded.password),
            ],
            "service": [
                "client_id": .string(founded.client.text),
                "client_secret": .string(founded.clientSecret),
                "scopes": .array(founded.scopes.map(JSON.string)),
            ],
        ]
    }

    /// For people.
    var text: String {
        """
        Ledger
          origin         \(founded.identity.origin)
          verifier key   \(founded.identity.verifierKey)
        Super administrator
          id             \(founded.administrator)
          e-mail         \(email)
          password       \(founded.password)
        Service
          client id      \(founded.client)
          client secret  \(founded.clientSecret)
          scopes         \(founded.scopes.joined(separator: " "))

        Password and secret are shown this once. Keep the verifier key where this machine cannot change it.
        """
    }
}
