"""Tools/within: what a command prints and ends with passes through it, and what hangs is told and ended."""

import pathlib
import signal
import subprocess
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def within(minutes, script):
    command = [ROOT / "Tools/within", str(minutes), "within-tests", "bash", "-c", script]
    # Less than what is left behind would last.
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def wait_for_end(number):
    """Returns once a process is no more, or has ended and its parent has not asked how (proc(5))."""
    try:
        while pathlib.Path("/proc", number, "stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
    except OSError:
        pass


class WithinTests(unittest.TestCase):
    def test_output_and_status_are_the_commands(self):
        for script, status in (("echo said; exit 0", 0), ("echo said; exit 3", 3), ("echo said; kill -9 $$", 137)):
            ended = within(5, script)
            self.assertEqual(ended.returncode, status, script)
            self.assertIn("said\n", ended.stdout)

    def test_progress_is_in_the_log_alone(self):
        lines = [
            '◇ Test case passing 1 argument bytes → "a', '" to "a" started.', '✘ Test "a" failed after 0.1 seconds.',
            '✔ Suite B passed after 0.1 seconds.',
        ]
        ended = within(5, "\n".join(f"echo '{line}'" for line in lines))
        self.assertEqual(ended.stdout.splitlines(), [lines[2]])
        log = (ROOT / ".build/logs/within-tests.log").read_text(encoding="utf-8")
        self.assertEqual(log.splitlines(), lines)

    def test_what_hangs_is_named_and_ended_with_all_it_started(self):
        lines = [
            '◇ Test "ends" started.', '◇ Test "hangs" started.', '◇ Test "in cases" started.',
            '✔ Test "ends" passed after 0.1 seconds.', '✔ Test "in cases" with 2 test cases passed after 0.1 seconds.',
        ]
        told = "\n".join(f"echo '{line}'" for line in lines)
        ended = within(0.05, f"{told}\nsleep 286 & echo left: $!\nsleep 287")
        self.assertEqual(ended.returncode, 124)
        self.assertIn("has not ended within 0.05 minutes", ended.stdout)
        self.assertIn("sleep 287", ended.stdout)
        tail = ended.stdout.partition("Tests that have not ended")[2].splitlines()
        self.assertEqual(tail[1], '  "hangs"')
        self.assertNotIn('"', "".join(tail[2:]))
        wait_for_end(ended.stdout.partition("left: ")[2].split()[0])

    def test_who_ends_it_ends_the_command_and_is_told(self):
        log = ROOT / ".build/logs/within-ended.log"
        log.unlink(missing_ok=True)
        command = [ROOT / "Tools/within", "5", log.stem, "bash", "-c", "echo '◇ Test \"a\" started.'; sleep 286"]
        watched = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while not (log.exists() and "started" in log.read_text(encoding="utf-8")):
            time.sleep(0.01)
        watched.send_signal(signal.SIGINT)
        output, _ = watched.communicate(timeout=200)
        self.assertEqual(watched.returncode, -signal.SIGINT)
        self.assertIn('  "a"\n', output)

    def test_what_the_command_leaves_behind_is_ended_and_holds_nobody_up(self):
        ended = within(5, "sleep 288 & echo left: $!")
        self.assertEqual(ended.returncode, 0)
        wait_for_end(ended.stdout.partition("left: ")[2].split()[0])


if __name__ == "__main__":
    unittest.main()
