"""More than the server can do, and clients that only hold on: it sheds, cuts, keeps answering, and is well at once."""

import socket
import statistics
import time

import http2
from crowds import (Crowd, Held, Watch, all_closed, allow_descriptors, certificate, connect, is_closed,
                    plain, secure, sockets, watch_stopped)
from oracle import Oracle
from plan import Run, require, row
from server import Server, text

# `WebServer.Limits`: from a request's first byte to its last, and so for whoever does not take an answer.
REQUEST_SECONDS, CONNECTIONS_MAX, SPARED_MAX = 30, 2_048, 64
RECOVERY_SECONDS_MAX = 1.0
TCP_REPAIR = 19


def token_seconds(server: Server) -> float:
    """How long one client waits for a token on a connection of its own."""
    client = server.connect(20)
    began = time.monotonic()
    answer = client.token()
    client.forget()
    require(answer.status == 200, f"a token: {answer.status} {text(answer.body)}")
    return time.monotonic() - began


def recovery_seconds(server: Server) -> float:
    """How long until a client has a token that asks right after the crowd, and again when it is turned away with it."""
    began = time.monotonic()
    while True:
        client = server.connect(20)
        answer = client.token()
        client.forget()
        waited = time.monotonic() - began
        if answer.status == 200:
            return waited
        require(answer.status in (429, 503), f"a token: {answer.status} {text(answer.body)}")
        require(waited < RECOVERY_SECONDS_MAX, f"turned away for {waited:.2f} s after the crowd")
        time.sleep(0.01)


def ordinary(server: Server) -> float:
    return statistics.median(token_seconds(server) for _ in range(15))


@row("load-overload", "ten times the clients that the server can keep up with, and more")
def overload(run: Run) -> str:
    allow_descriptors(4_096)
    held = Held(run)
    server = run.server().start(preexec=held.enter)
    oracle = Oracle(server)
    tenant = server.connect().admin("GET", "/tenants").json["data"][0]["id"]
    crowd = Crowd(server, tenant)
    quiet = ordinary(server)
    capacity = crowd.press(64, 3)
    clients, seconds = 1_900, run.count(10, 60)
    with Watch(server) as watch:
        pressed = crowd.press(clients, seconds)
    after = recovery_seconds(server)
    told = watch.judge()
    shed = pressed.get("503", 0) + pressed.get("429", 0)
    odd = set(pressed) - {"200", "429", "503", "errors", "hinted", "rate"}
    require(not odd and not pressed["errors"], f"answers {pressed}")
    require(shed > 0, f"nothing is shed: {pressed}")
    require(pressed["hinted"] == shed, f"{shed} turned away, {pressed['hinted']} told when to come again")
    require(after < RECOVERY_SECONDS_MAX, f"{after:.2f} s until a token is had again")
    again = ordinary(server)
    require(again < 5 * quiet + 0.05, f"a token takes {1000 * again:.0f} ms afterwards, {1000 * quiet:.0f} ms before")
    watch_stopped(run, server)
    require(server.stop() == 0, server.said)
    size = oracle.check()
    return (f"{clients} clients for {seconds} s where 64 suffice: {pressed['rate']:.0f} done a second ({capacity['rate']:.0f} "
            f"unpressed), {shed} turned away, each told when to come again; {told} ({held.told}); a token takes {1000 * quiet:.0f} ms "
            f"before, {1000 * after:.0f} ms at once afterwards, {1000 * again:.0f} ms then; {size} entries")


HEAD = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@row("load-slow", "heads, bodies and handshakes byte by byte, answers that nobody takes")
def slow_loris(run: Run) -> str:
    allow_descriptors(4_096)
    each = run.count(100, 400)
    server = run.server("plain").start()
    hidden = run.server("secure", *certificate(run)).start()
    oracle, before = Oracle(server), sockets(server)
    heads = [(plain(server), iter(HEAD + b"X: " + b"a" * 10_000)) for _ in range(each)]
    bodies = [(plain(server), iter(HEAD + b"Content-Length: 10000\r\n\r\n" + b"a" * 10_000)) for _ in range(each)]
    shakes = [(plain(hidden), iter(b"\x16\x03\x01\x02\x00\x01" + b"\x00" * 10_000)) for _ in range(each)]
    # A window that holds little, and a hundred large answers ordered at once.
    greedy = [unread(server, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100) for _ in range(each // 4)]
    slow = heads + bodies + shakes
    for connection, rest in bodies:
        connection.sendall(bytes(next(rest) for _ in range(len(HEAD) + 30)))
    for connection, _ in slow:
        connection.setblocking(False)
    with Watch(server) as watch:
        run.control("slow clients that nobody has cut yet", lambda: all_closed([one for one, _ in slow[:10]], 1))
        deadline = time.monotonic() + REQUEST_SECONDS + 8
        left = slow
        while left and time.monotonic() < deadline:
            left = [(connection, rest) for connection, rest in left if dribble(connection, rest)]
            time.sleep(0.5)
        require(not left, f"{len(left)} of {len(slow)} slow clients are served on")
        require(token_seconds(server) < 5, "no token beside them")
        until_few(server, before + 8, REQUEST_SECONDS + 8)
    told = watch.judge()
    for connection in [one for one, _ in slow] + greedy:
        connection.close()
    require(server.stop() == 0 and hidden.stop() == 0, server.said)
    oracle.check()
    return (f"{each} each of slow heads, bodies and TLS handshakes cut within {REQUEST_SECONDS} s, {len(greedy)} that "
            f"order a hundred answers and take none as well; {told}")


def unread(server: Server, request: bytes) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request)
    return connection


def dribble(connection: socket.socket, rest) -> bool:
    """Sends one more byte; whether the server still listens."""
    if is_closed(connection):
        return False
    try:
        connection.send(bytes([next(rest)]))
        return True
    except BlockingIOError:
        return True
    except OSError:
        return False


def until_few(server: Server, count: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while sockets(server) > count:
        require(time.monotonic() < deadline, f"{sockets(server)} descriptors are open after {seconds:.0f} s, not {count}")
        time.sleep(0.2)


@row("load-half-open", "clients that go away without a word")
def half_open(run: Run) -> str:
    allow_descriptors(4_096)
    server = run.server().start()
    oracle, before = Oracle(server), sockets(server)
    count = run.count(300, 1_000)
    gone, how = 0, "silent"
    kept = []
    for number in range(count):
        connection = plain(server)
        connection.sendall((HEAD + b"Content-Length: 50\r\n\r\ngrant_type=cli") if number % 2 else HEAD[:20])
        try:
            # In repair mode the kernel forgets the socket without telling the other side.
            connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            connection.close()
            gone += 1
        except OSError:
            kept.append(connection)
    if gone:
        how = "gone without FIN or RST" if not kept else f"{gone} gone without FIN or RST, the others silent"
    run.control("connections that nobody has cut yet", lambda: until_few(server, before + 8, 1))
    with Watch(server) as watch:
        until_few(server, before + 8, REQUEST_SECONDS + 10)
        require(token_seconds(server) < 5, "no token afterwards")
    told = watch.judge()
    for connection in kept:
        connection.close()
    require(server.stop() == 0, server.said)
    oracle.check()
    return f"{count} clients in the middle of a head or a body ({how}): let go of after {REQUEST_SECONDS} s; {told}"


@row("load-idle", "a thousand idle TLS connections, and more connections than there may be")
def idle(run: Run) -> str:
    allow_descriptors(8_192)
    server = run.server("secure", *certificate(run)).start()
    before, told = server.megabytes().private, []
    descriptors = sockets(server)
    with Watch(server, is_secure=True) as watch:
        for protocol in ("http/1.1", "h2"):
            quiet = server.megabytes().private
            connections = [secure(server, protocol) for _ in range(1_000)]
            if protocol == "h2":
                for connection in connections:
                    connection.sendall(http2.PREFACE)
            time.sleep(1)
            told.append(f"1,000 of {protocol}: {quiet:.0f} to {server.megabytes().private:.0f} MB")
            fresh = connect(server, True)
            fresh.request("GET", "/health")
            require(fresh.getresponse().status == 200, "a new client is not answered")
            require(not any(is_closed(connection) for connection in connections), "idle connections within the limit are cut")
            for connection in connections:
                connection.close()
            until_few(server, descriptors + 8, 20)
    told.append(watch.judge())
    require(server.stop() == 0, server.said)
    plainly = run.server("plain").start()
    oracle, descriptors = Oracle(plainly), sockets(plainly)
    with Watch(plainly) as watch:
        # Each newcomer takes the place of the one that has been idle for longest.
        crowd = [plain(plainly) for _ in range(run.count(3_000, 6_000))]
        seconds = token_seconds(plainly)
        require(seconds < RECOVERY_SECONDS_MAX, f"a newcomer waits {seconds:.1f} s")
        open_now = sockets(plainly) - descriptors
        require(open_now <= CONNECTIONS_MAX + SPARED_MAX, f"{open_now} connections are open")
    told.append(f"{len(crowd)} plain ones: {open_now} open, the others made way, a newcomer waits {1000 * seconds:.0f} ms; "
                f"{watch.judge()}")
    run.control("connections that stay", lambda: all_closed(crowd[-10:], 0.5))
    for connection in crowd:
        connection.close()
    watch_stopped(run, plainly)
    require(plainly.stop() == 0, plainly.said)
    oracle.check()
    return f"idle {before:.0f} MB; " + "; ".join(told)


@row("load-streams", "HTTP/2: streams reset at once, too many of them, floods of small frames")
def streams(run: Run) -> str:
    allow_descriptors(4_096)
    server = run.server("secure", *certificate(run)).start()
    oracle, told = Oracle(server), []

    def cut_off(frames: bytes) -> None:
        """A connection that sends this must be closed."""
        with secure(server, "h2") as connection:
            connection.sendall(http2.PREFACE)
            try:
                connection.sendall(frames)
            except OSError:
                pass  # It was closed while it still sent.
            all_closed([connection], 5)

    with Watch(server, is_secure=True) as watch:
        floods = {
            "streams reset at once": b"".join(
                http2.headers(number) + http2.reset(number) for number in range(1, 4_001, 2)),
            "pings": http2.ping() * 2_000,
            "settings": http2.settings() * 2_000,
            "a head that never ends": http2.headers(1, is_last=False) + http2.continuation(1) * 2_000,
            "a head of 64 KiB": http2.headers(1, more=http2.field(b"x", b"a" * 65_000)),
            "a hundred and one streams at once": b"".join(
                http2.headers(number, method=b"POST", ends=False) for number in range(1, 203, 2)),
        }
        for what, frames in floods.items():
            try:
                cut_off(frames)
            except Exception as error:
                raise type(error)(f"{what}: {error}") from error
            told.append(what)
        # Streams that never end, more than all connections together may have.
        holding = []
        for _ in range(60):
            connection = secure(server, "h2")
            connection.sendall(http2.PREFACE + b"".join(
                http2.headers(number, method=b"POST", ends=False) for number in range(1, 200, 2)))
            holding.append(connection)
        time.sleep(1)
        cut = sum(is_closed(connection) for connection in holding)
        require(20 <= cut <= 30, f"{cut} of 60 connections with a hundred open requests each are cut")
        fresh = connect(server, True)
        fresh.request("GET", "/keys")
        require(fresh.getresponse().status == 200, "beside them nobody else is served")
    for connection in holding:
        connection.close()
    run.control("a client that keeps to the rules", lambda: cut_off(http2.headers(1) + http2.headers(3) + http2.ping()))
    require(server.stop() == 0, server.said)
    oracle.check()
    return (f"connections closed for: {', '.join(told)}; 60 connections with 100 "
            f"requests each that do not end: {cut} closed; {watch.judge()}")
