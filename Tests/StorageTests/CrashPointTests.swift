import Glibc
import Storage
import Testing

/// Each in a process of its own: the variable is read once.
struct CrashPointTests {
    private static func choose(_ point: String) {
        unsafe setenv(CrashPoint.variable, point, 1)
    }

    @Test func `a process ends at the passing that was asked for`() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            CrashPointTests.choose("before-ack:2")
            CrashPoint.beforeAck.pass()
            CrashPoint.beforeSign.pass()
            CrashPoint.beforeAck.pass()
            _exit(0)
        }
    }

    @Test func `a process goes on past every other point`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            CrashPointTests.choose("before-ack:2")
            CrashPoint.beforeAck.pass()
            for point in CrashPoint.allCases where point != .beforeAck { point.pass() }
            _exit(0)
        }
    }

    @Test func `a point that there is not is no silent nothing`() async {
        await #expect(processExitsWith: .failure) {
            CrashPointTests.choose("before-lunch:1")
            CrashPoint.beforeAck.pass()
            _exit(0)
        }
    }
}
