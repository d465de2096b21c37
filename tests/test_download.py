"""Downloads from a server on loopback: resume, md5, interruption, and unpacking in place."""

import hashlib
import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from sigspike.foundation.check import Refusal
from sigspike.images import data
from sigspike.images.data.archive import unpack
from sigspike.images.data.remote import Remote, download

RAW = np.random.default_rng(0).bytes(1_000_003)


class Server(ThreadingHTTPServer):
    """Files from memory, with ranges or without; ``breaks`` counts answers that stop half-way."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.ranges, self.breaks, self.asked = {}, True, 0, []

    @property
    def host(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    """GET with Range: bytes=N-."""

    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        raw = self.server.files.get(self.path.lstrip("/"))
        if raw is None:
            return self.send_error(404)
        start = (
            int(asked.removeprefix("bytes=").removesuffix("-"))
            if asked and self.server.ranges
            else 0
        )
        if start >= len(raw):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        body = raw[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.breaks:
            self.server.breaks -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)
        return None


@pytest.fixture
def server():
    found = Server()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def remote(server, name="data.bin", raw=RAW, **changes):
    server.files[name] = raw
    options = {"md5": hashlib.md5(raw).hexdigest(), "hosts": (server.host,)} | changes
    return Remote(name, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_once(server, tmp_path):
    file = remote(server)
    assert download(file, tmp_path / "new" / "folder").read_bytes() == RAW
    assert names(tmp_path / "new" / "folder") == ["data.bin"]
    download(file, tmp_path / "new" / "folder")
    assert server.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_an_interrupted_download_goes_on(server, tmp_path, ranges):
    file, server.breaks, server.ranges = remote(server), 1, ranges
    half = len(RAW) // 2
    words = f"`data.bin` could not be fetched .* broke after {half} of {len(RAW)}"
    with pytest.raises(Refusal, match=words) as refusal:
        download(file, tmp_path)
    assert f"{half} bytes are in {tmp_path / 'data.bin.part'}, run again to go on" in str(
        refusal.value
    )
    assert names(tmp_path) == ["data.bin.part"]
    assert (tmp_path / "data.bin.part").read_bytes() == RAW[:half]
    assert download(file, tmp_path).read_bytes() == RAW
    assert server.asked == [None, f"bytes={half}-"]
    assert names(tmp_path) == ["data.bin"]


def test_the_next_host_goes_on_where_one_broke(server, tmp_path):
    file, server.breaks = remote(server, hosts=(server.host, server.host)), 1
    assert download(file, tmp_path).read_bytes() == RAW
    assert server.asked == [None, f"bytes={len(RAW) // 2}-"]


def test_a_complete_part_is_taken_as_it_is(server, tmp_path):
    (tmp_path / "data.bin.part").write_bytes(RAW)
    assert download(remote(server), tmp_path).read_bytes() == RAW


@pytest.mark.parametrize(
    "start", [b"", b"another file", bytes(2_000_000)], ids=["fresh", "other part", "longer part"]
)
def test_a_wrong_md5_leaves_nothing(server, tmp_path, start):
    if start:
        (tmp_path / "data.bin.part").write_bytes(start)
    wanted = "0" * 32
    with pytest.raises(
        Refusal, match=f"`data.bin` could not be fetched .*md5 [0-9a-f]+, not the official {wanted}"
    ):
        download(remote(server, md5=wanted), tmp_path)
    assert names(tmp_path) == []


def test_a_damaged_file_is_fetched_anew(server, tmp_path):
    (tmp_path / "data.bin").write_bytes(b"damaged")
    assert download(remote(server), tmp_path).read_bytes() == RAW


def test_a_host_that_has_it_not_or_is_not_there(server, tmp_path):
    file = Remote("gone.bin", "0" * 32, (server.host, "http://127.0.0.1:9/"))
    with pytest.raises(
        Refusal, match=r"`gone.bin` could not be fetched .*404.*127.0.0.1:9.*refused"
    ) as refusal:
        download(file, tmp_path)
    assert "run again" not in str(refusal.value)
    assert names(tmp_path) == []


def archive(*members):
    """A tar.gz of (name, content) files; a content that is a TarInfo's type makes a link to
    /etc/passwd.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


HOSTILE = {
    "above": ("../escaped", b"x"),
    "inside and above": ("good/../../escaped", b"x"),
    "link out": ("good/link", None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_archive_cannot_leave_its_folder(tmp_path, name):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "good.tar.gz").write_bytes(archive(("good/file", b"1"), HOSTILE[name]))
    with pytest.raises(Refusal, match=r"`good.tar.gz` cannot be unpacked"):
        unpack(folder / "good.tar.gz", folder, "good")
    assert names(tmp_path) == ["data"]
    assert names(folder) == ["good.tar.gz"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: raw[:-40], "cannot be unpacked"),
        (lambda raw: b"no archive", "cannot be unpacked"),
        (lambda raw: archive(("other/file", b"1")), "should hold a folder good"),
    ],
    ids=["cut short", "text", "another"],
)
def test_a_spoilt_archive_leaves_nothing(tmp_path, spoil, words):
    content = np.random.default_rng(1).bytes(50_000)
    (tmp_path / "good.tar.gz").write_bytes(spoil(archive(("good/file", content))))
    with pytest.raises(Refusal, match=words):
        unpack(tmp_path / "good.tar.gz", tmp_path, "good")
    assert names(tmp_path) == ["good.tar.gz"]


def test_a_data_set_is_fetched_to_where_it_is_read(server, tmp_path, monkeypatch):
    raw = archive(
        ("cifar-10-batches-py/data_batch_1", b"one"), ("cifar-10-batches-py/test_batch", b"test")
    )
    file = remote(server, "cifar.tar.gz", raw, unpacked="cifar-10-batches-py")
    monkeypatch.setattr(data.CIFAR10, "remote", (file,))
    for _ in range(2):
        assert data.fetch("cifar10", tmp_path) == tmp_path
    assert names(tmp_path) == ["cifar-10-batches-py", "cifar.tar.gz"]
    assert (tmp_path / "cifar-10-batches-py" / "data_batch_1").read_bytes() == b"one"
    assert len(server.asked) == 1


def test_four_files_are_fetched_each(server, tmp_path, monkeypatch):
    files = tuple(
        remote(server, file.name, RAW[:number], folder=file.folder)
        for number, file in enumerate(data.MNIST.remote, 9)
    )
    monkeypatch.setattr(data.MNIST, "remote", files)
    data.fetch("mnist", tmp_path)
    assert names(tmp_path) == ["mnist"]
    assert names(tmp_path / "mnist") == sorted(file.name for file in files)
