"""Where people and programs begin: the start page, what a start prints, help, and what a refusal advises."""

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from html.parser import HTMLParser

import pytest
import requests

from server import BINARY, command, environment, free_port, one_line

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Page(HTMLParser):
    """The names of a page's elements, their attributes, and its links."""

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.links, self.attributes = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.setdefault(tag, []).append(dict(attrs))
        self.links += [value for name, value in attrs if name == "href"]


def test_a_browser_gets_a_page_whose_links_are_answered(server):
    answer = requests.get(server.url, headers={"Accept": BROWSER}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = Page(answer.text)
    assert page.attributes["html"] == [{"lang": "en"}]
    assert {"title", "h1"} <= set(page.elements) and "script" not in page.elements
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.attributes["meta"]
    assert {"name": "color-scheme", "content": "light dark"} in page.attributes["meta"]
    assert len(page.links) >= 5
    for link in page.links:
        assert requests.get(server.url + link, timeout=30).status_code == 200, link


def test_the_page_is_allowed_its_own_style_and_nothing_else(server):
    answer = requests.get(server.url, headers={"Accept": BROWSER}, timeout=30)
    style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", f"style-src 'sha256-{digest}'", "frame-ancestors 'none'"} <= set(policy)
    assert not any("unsafe" in directive for directive in policy)


def test_a_program_gets_the_addresses_of_what_anybody_may_read(server):
    answer = requests.get(server.url, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    told = answer.json()
    assert (told["name"], told["version"]) == ("Muniment", command("--version").stdout.strip().split()[-1])
    assert {"openapi", "discovery", "keys", "health", "integrity", "metrics"} == set(told["links"])
    for url in told["links"].values():
        assert url.startswith(server.url + "/")
        assert requests.get(url, timeout=30).status_code == 200, url


@pytest.mark.parametrize("accept, kind", [
    (None, "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
    ("text/html", "text/html"), ("text/*", "text/html"), ("TEXT/HTML", "text/html"), (BROWSER, "text/html"),
    ("text/html;q=0.5, application/json", "application/json"), ("text/html;q=0, */*", "application/json"),
    ("application/json;q=0.1, text/html;q=0.2", "text/html"), ("text/html;level=1;q=0.9, */*;q=0.1", "text/html"),
    ("nonsense", "application/json"), ("text/html;q=nan, */*;q=0.1", "application/json"), ("", "application/json"),
])
def test_accept_decides_and_caches_know(server, accept, kind):
    answer = requests.get(server.url, headers={"Accept": accept}, timeout=30)
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert answer.headers["Vary"] == "Accept" and "public" in answer.headers["Cache-Control"]


def test_metrics_that_need_a_token_are_not_led_to(new_server):
    gated = new_server("--metrics-scope", "metrics:read").start()
    assert "metrics" not in requests.get(gated.url, timeout=30).json()["links"]


def test_a_start_says_where_to_go_next_and_nothing_secret(new_server):
    server = new_server().start()
    told = server.log.read_text()
    assert f"listening on http://127.0.0.1:{server.port}\n" in told
    for url in f"{server.url}/\n", f"{server.url}/openapi.json", f"{server.url}/keys", f"{server.url}/health":
        assert url in told, told
    assert f"muniment token --base-url {server.url}" in told
    assert server.client[1] not in told and server.founded["super_admin"]["password"] not in told


def test_help_is_grouped_by_who_needs_it():
    lines = command("help").stdout.splitlines()
    groups = [line for line in lines if line.endswith(" SUBCOMMANDS:")]
    assert groups == [
        "SERVING SUBCOMMANDS:", "CLIENT SUBCOMMANDS:", "READING AND PROVING SUBCOMMANDS:",
        "PUTTING BACK SUBCOMMANDS:", "RECOVERY SUBCOMMANDS:"]
    prose = lines[:lines.index("OPTIONS:")]
    broken = [
        line for line, following in zip(prose, prose[1:], strict=False)
        if line and following and len(line) + 1 + len(following.split()[0]) < 70]
    assert not broken, "a line was broken a second time"


@pytest.mark.parametrize("words, advice", [
    (["serve", "--data", "{nowhere}"], "muniment init --data DIR"),
    (["init", "--data", "{data}"], "name another with --data DIR"),
    (["serve", "--data", "{data}", "--listen", "nowhere"], "*:8080 for all"),
    (["serve", "--data", "{data}", "--listen", "{taken}"], "choose another with --listen"),
    (["serve", "--data", "{data}", "--tls-certificate", "{nowhere}", "--tls-key", "{nowhere}"], "give a PEM chain"),
    (["verify", "--data", "{data}", "--anchor", "{nowhere}"], "the anchor is not there"),
    (["proof", "99", "--data", "{data}"], "signs the next within a second"),
    (["recover", "--data", "{data}", "--email", "nobody@example.com"], "without --email"),
    (["replay", "--data", "{data}", "--into", "{data}"], "--into"),
    (["keys", "restore", "--data", "{data}", "{nowhere}"], "muniment keys backup"),
    (["keys", "rotate", "--data", "{data}", "--key-file", "{nowhere}"], "--key-file"),
    (["keys", "rotate", "--data", "{data}", "--key-command", "false"], "run it by hand"),
    (["token", "--base-url", "http://{free}", "--client-id", "app_x"], "does a server run there?"),
    (["token", "--base-url", "http://{taken}", "--client-id", "app_x"], "look at --client-id"),
])
def test_a_refusal_says_what_to_do_next(server, stopped, tmp_path, words, advice):
    places = {
        "data": stopped.data, "nowhere": tmp_path / "nowhere", "taken": f"127.0.0.1:{server.port}",
        "free": f"127.0.0.1:{free_port()}"}
    done = command(*(word.format(**places) for word in words), check=None, MUNIMENT_CLIENT_SECRET="wrong")
    one_line(done, done.returncode)
    assert done.returncode in (1, 2, 3) and advice in done.stderr, done.stderr


# --- Readers that go away ---------------------------------------------------------------------------------------------


def read_by_nobody(*words: object) -> tuple[int, str]:
    """Runs the command with a standard output that nobody reads, as behind `| head` when that has ended."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [BINARY, *map(str, words)], stdout=writing, stderr=subprocess.PIPE, text=True, env=environment(),
            timeout=120, restore_signals=True)
    finally:
        os.close(writing)
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [
    ["entries"], ["entries", "--openings"], ["checkpoint"], ["proof", "0"], ["serve", "--print-config"],
    ["verify"], ["replay", "--compare", "--into", "{into}"],
])
def test_a_reader_that_goes_away_is_no_failure(stopped, tmp_path, words):
    words = [word.format(into=tmp_path / "into") for word in words]
    assert read_by_nobody(*words, "--data", stopped.data) == (0, "")


@pytest.mark.parametrize("words", [["--help"], ["help", "serve"], ["--version"]])
def test_help_that_is_not_read_to_its_end_is_no_failure(words):
    assert read_by_nobody(*words) == (0, "")


def test_a_verdict_that_nobody_reads_is_still_one(stopped):
    shutil.rmtree(stopped.data / "anchor")
    status, told = read_by_nobody("verify", "--data", stopped.data)
    assert status == 1 and "unsigned" in told


def test_a_secret_or_a_backup_that_nobody_got_is_a_failure(stopped, tmp_path):
    status, told = read_by_nobody("init", "--data", tmp_path / "other")
    assert status == 1 and "standard output cannot be written" in told
    status, told = read_by_nobody("backup", "--to", "-", "--data", stopped.data)
    assert status == 1 and "the backup was cut" in told


def test_a_key_command_is_ended_by_a_closed_pipe_as_ever(stopped, tmp_path):
    script = tmp_path / "key"
    script.write_text(f"#!/bin/sh\ngrep SigIgn /proc/self/status >{tmp_path}/ignored\ncat {stopped.data}/keys/kek\n")
    script.chmod(0o700)
    command("keys", "rotate", "--data", stopped.data, "--key-command", script)
    ignored = int((tmp_path / "ignored").read_text().split()[1], 16)
    assert not ignored & 1 << signal.SIGPIPE - 1


def test_followed_entries_end_with_their_reader(server):
    process = subprocess.Popen(
        f"{BINARY} entries --data {server.data} --follow | head -1; exit ${{PIPESTATUS[0]}}", shell=True,
        executable="/bin/bash", stdout=subprocess.PIPE, env=environment(), start_new_session=True)
    try:
        limit = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < limit:
            server.api.partner()  # whoever follows notices only when it has something to say
            time.sleep(0.2)
        assert process.poll() == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
