import Identity
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

extension Sight: Sendable where Value: Sendable {}

extension Instance {
    /// Answers a caller from one committed moment, on the caller's own thread.
    ///
    /// Whether its token still stands is asked of the very state that the answer is made from.
    package func look<Value>(
        by caller: Caller,
        _ body: (ViewSnapshot) throws -> Value,
    ) throws(Refusal) -> Sight<Value> {
        try attempt(for: caller) {
            try read { snapshot in
                try caller.token?.requireStanding(snapshot)
                return Sight(value: try body(snapshot), index: try snapshot.size &- 1)
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
        } catch let fault as ViewFault {
            if !status.isViewDamaged {
                status.viewsAreDamaged("\(fault)")
                try? ViewTrust(directory, world: world).forget()
            }
            throw .failed
        } catch {
            status.report("the answer of \(endpoint) failed: \(error)")
            throw .failed
        }
    }
}
