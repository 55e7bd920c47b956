package import Wire

// One phantom type per kind of thing, so that a tenant's identifier is never taken for a user's.

extension Partner: Prefixed { package static let prefix = "prt" }
extension Tenant: Prefixed { package static let prefix = "tnt" }
extension Application: Prefixed { package static let prefix = "app" }
extension Agent: Prefixed { package static let prefix = "agt" }
extension OrganizationClient: Prefixed { package static let prefix = "m2morg" }
extension APIKey: Prefixed { package static let prefix = "key" }
extension Secret: Prefixed { package static let prefix = "sks" }
extension SigningKey: Prefixed { package static let prefix = "snk" }
extension User: Prefixed { package static let prefix = "usr" }
extension Group: Prefixed { package static let prefix = "grp" }
extension RoleGrant: Prefixed { package static let prefix = "rol" }
extension Token: Prefixed { package static let prefix = "tkn" }

package typealias PartnerID = Identifier<Partner>
package typealias TenantID = Identifier<Tenant>
package typealias ApplicationID = Identifier<Application>
package typealias AgentID = Identifier<Agent>
package typealias OrganizationClientID = Identifier<OrganizationClient>
package typealias APIKeyID = Identifier<APIKey>
package typealias SecretID = Identifier<Secret>
package typealias SigningKeyID = Identifier<SigningKey>
package typealias UserID = Identifier<User>
package typealias GroupID = Identifier<Group>
package typealias RoleGrantID = Identifier<RoleGrant>
package typealias TokenID = Identifier<Token>
