package import Endpoints
import Wire

/// `GET /`: where to go from here, a page for people and JSON for programs.
///
/// It tells nothing that the documents it leads to do not tell everybody, and it is the same for everybody.
package struct FrontPage: Sendable {
    /// One of the documents that anybody may read.
    package struct Link: Sendable {
        /// Its name for programs.
        package let name: String
        package let path: String
        /// What it is, for people.
        package let title: String

        package init(_ name: String, _ path: String, _ title: String) {
            (self.name, self.path, self.title) = (name, path, title)
        }
    }

    package static let name = "front.read"
    package static let pageType = "text/html; charset=utf-8"

    private let title: String
    private let version: String
    private let summary: String
    private let baseURL: String
    private let links: [Link]

    /// - Parameter baseURL: where clients reach the server, without a slash at the end.
    package init(title: String, version: String, summary: String, baseURL: String, links: [Link]) {
        self.title = title
        self.version = version
        self.summary = summary
        self.baseURL = baseURL
        self.links = links
    }

    package var endpoint: Endpoint {
        let (page, json) = (page, json)
        return Endpoint(
            .get,
            "/",
            name: Self.name,
            access: .open,
            "Tell what this server is, and where its documents are",
            replies: [
                Endpoint.Reply(200, "Its name, and the addresses of what anybody may read", schema),
                Endpoint.Reply(200, "the same as a page, for who prefers HTML", .string(), mediaType: Self.pageType),
            ],
            isBrief: true
        ) { request, _ in
            request.prefers("text/html", to: "application/json") ? page : json
        }
    }

    /// Both may be kept for as long as the other public documents; which of them, `Accept` decides.
    private static let caching = [("cache-control", "public, max-age=300"), ("vary", "Accept")]

    private var json: Response {
        let body: JSON = [
            "name": .string(title), "version": .string(version), "description": .string(summary),
            "links": .object(Members(links.map { ($0.name, .string(baseURL + $0.path)) })),
        ]
        return .json(200, body.compact, headers: Self.caching)
    }

    private var page: Response {
        let policy = [
            ("content-type", Self.pageType), ("content-security-policy", Self.policy),
            ("referrer-policy", "no-referrer"),
        ]
        return Response(status: 200, headers: policy + Self.caching, body: Array(html.text.utf8))
    }

    private var schema: Schema {
        .object(
            [
                .init("name", .string(), required: true), .init("version", .string(), required: true),
                .init("description", .string(), required: true),
                .init(
                    "links",
                    .object(links.map { .init($0.name, .string(format: "uri"), $0.title, required: true) }),
                    required: true
                ),
            ]
        )
    }

    /// Links are of this server, whichever way it was reached: so they work through a tunnel too.
    private var html: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>\(title) \(version)</h1>
        <p>\(summary)</p>
        <ul>
        \(.lines(links.map { "<li><a href=\"\($0.path)\">\($0.title)</a></li>" }))
        </ul>
        </main>
        </body>
        </html>

        """
    }

    /// The colours are the reader's own, dark or light.
    private static let style: HTML = """
        :root{color-scheme:light dark;font:1.1rem/1.5 system-ui,sans-serif}\
        main{max-width:36rem;margin:0 auto;padding:1rem}li{padding:.4rem 0}
        """

    /// Nothing is loaded and nothing runs: the only thing of its own is the style above, known by its digest.
    private static let policy =
        "default-src 'none'; style-src 'sha256-cm1h2G/jrrJi7MmeIP08Th1QZCFioagUpayTCKsONwo='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
