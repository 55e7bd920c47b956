package import Engine

extension Instance {
    /// Does something while the writer's queue is full and nobody takes from it.
    package func whileQueueIsFull(_ body: () async -> Void) async {
        let slow = Slow()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = try? await self.perform(slow, by: .system)
                return true
            }
            await slow.hasStarted()
            for _ in 0..<Self.morePlacesThanThereAre {
                group.addTask { (try? await self.perform(RecordEvents([]), by: .system)) != nil }
            }
            // The first that is turned away shows that the queue is full, and it stays so. Where none is, all have
            // had an answer once the slow one has given up.
            for await wasTaken in group where !wasTaken { break }
            await body()
            slow.release()
        }
    }

    private static let morePlacesThanThereAre = 5_000
}
