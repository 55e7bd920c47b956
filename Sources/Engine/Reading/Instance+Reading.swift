import EventLog
package import Identity
import Storage
package import Views

/// What was found at one committed moment, and the last index that moment has seen.
package struct Sight<Value> {
    package let value: Value
    package let index: UInt64

    package init(value: Value, index: UInt64) {
        self.value = value
        self.index = index
    }
}

/// Who asks and what they may do, at the newest state of the moment that is answered from.
package struct Judge {
    package let authority: Authority
    package let head: ViewSnapshot

    /// - Throws: `Rejection.accessDenied` where the caller does not reach the place.
    package func require(_ place: Place) throws { try authority.require(place, head) }

    /// Whether the caller stands below a place, so that it may be shown what all below may know.
    package func isBelow(_ place: Place) throws -> Bool {
        try authority.places.contains { try head.above($0).contains(place) }
    }

    /// Whether the caller may see a resource: it reaches where that stands, or the place that it is.
    package func sees<R: Resource>(_ resource: Versioned<R>) throws -> Bool {
        try authority.reaches(resource.place, head) || R.isPlace != nil && authority.reaches(resource.chain, head)
    }

    /// - Throws: `Rejection.accessDenied` where it may not.
    package func require<R: Resource>(of resource: Versioned<R>) throws {
        guard try sees(resource) else { throw Rejection.accessDenied }
    }
}

extension Sight: Sendable where Value: Sendable {}

extension Instance {
    /// Answers a caller from one committed moment, on the caller's own thread.
    ///
    /// What the caller may do is judged now, by the newest state of that moment; what it is shown is as of a position.
    ///
    /// - Parameter position: the last entry that the answer sees; nil is the newest.
    package func read<Value>(
        at position: UInt64? = nil,
        by caller: Caller,
        _ body: (_ reader: ViewSnapshot, _ judge: Judge) throws -> Value,
    ) throws(Refusal) -> Sight<Value> {
        try attempt(for: caller) {
            try read { snapshot in
                let judge = Judge(authority: try caller.authority(snapshot, at: world.wall()), head: snapshot)
                return Sight(value: try body(snapshot.at(position), judge), index: try snapshot.size &- 1)
            }
        }
    }

    package func attempt<Value>(for caller: Caller, _ body: () throws -> Value) throws(Refusal) -> Value {
        try attempt(caller.request.endpoint, body)
    }

    /// Does what may fail through a fault of ours: the caller hears that it failed, the operator why.
    package func attempt<Value>(_ endpoint: String, _ body: () throws -> Value) throws(Refusal) -> Value {
        do {
            return try body()
        } catch let rejection as Rejection {
            throw .rejected(rejection)
        } catch let fault as StorageError where fault.kind == .readersFull {
            throw .busy(retryAfterSeconds: 1, "too many readers at once")
        } catch let fault as StorageError where fault.kind == .tookTooLong {
            throw .busy(retryAfterSeconds: 1, "the read took longer than reads may")
        } catch let behind as AuditBehind {
            throw .busy(
                retryAfterSeconds: max(1, Int(behind.progress.secondsLeft)),
                "the audit is made anew and has \(behind.progress.folded) of \(behind.progress.size) entries"
            )
        } catch let fault as ViewFault {
            viewsAreDamaged("\(fault)")
            throw .failed
        } catch LedgerFault.damaged(let index, let what) {
            status.ledgerIsAltered((index.map { "entry \($0): " } ?? "") + what)
            throw .failed
        } catch {
            status.report("the answer of \(endpoint) failed: \(error)")
            throw .failed
        }
    }
}
