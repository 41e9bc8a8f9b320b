"""A large file to a portal: `debouches publish` beside the official Python client, same server, same bytes.

    UDATA_VENV=… tests/udata/start.sh &
    python -m venv V && V/bin/pip install datagouv-client
    V/bin/python tests/bench/publish/large.py target/release/debouches CREDENTIALS.json 2.0

A small release is made, its CSV replaced by that many gigabytes and its manifest sealed again; then it is published whole,
read back and compared. The client only sends the CSV. Prints wall time, processor time and peak memory of each.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# One dataset each time: what is live would be compared with what comes after.
NAME = f"large-{os.getpid()}"
CLIENT = """
import sys
from datagouv import Client
client = Client(api_key=sys.argv[2], verbose=False, timeout=900)
client.base_url = sys.argv[1]
client.create_static_resource(sys.argv[4], {"title": "large"}, dataset_id=sys.argv[3])
"""


def measured(what: str, command: list[str], **more) -> None:
    start = time.time()
    process = subprocess.Popen(command, **more)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.time() - start
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{what}: {wall:.1f} s, {cpu:.1f} s of processor, {usage.ru_maxrss / 1024:.0f} MB at most, exit {os.waitstatus_to_exitcode(status)}", flush=True)


def keyed(credentials: dict) -> dict[str, str]:
    return {**os.environ, "DEBOUCHES_API_KEY": credentials["keys"]["editor"]}


def large_release(binary: str, folder: Path, credentials: dict, size: int) -> Path:
    source = ROOT / "fixtures/sources/ij-cfa/fr-en-inserjeunes-cfa.csv"
    sources = [("tested", source, "ij_cfa_etablissement")]
    config = "".join(f'[[source]]\nid = "{i}"\nkind = "file"\nurl = "{p}"\ntable = "{t}"\n' for i, p, t in sources)
    config += f'[[dataset]]\nid = "{NAME}"\ntables = ["ij_cfa_etablissement"]\nlicence = "lov2"\nfrequency = "annual"\ntags = ["insertion"]\n'
    config += f'[portal.tested]\nkind = "udata"\nurl = "{credentials["base_url"]}"\norganization = "{credentials["organization"]}"\n'
    (folder / "pipeline.toml").write_text(config)
    subprocess.run([binary, "-C", str(folder), "run", "--to", "package", "-q"], check=True, env=keyed(credentials))
    release = folder / f"state/package/{NAME}/1.0.0"
    table = release / "ij_cfa_etablissement.csv"
    lines = table.read_bytes().splitlines(keepends=True)
    body, digest, written = b"".join(lines[1:]), hashlib.sha256(), 0
    with (folder / "large.csv").open("wb") as file:
        block = lines[0] + body * max(1, (1 << 22) // len(body))
        while written < size:
            file.write(block)
            digest.update(block)
            written += len(block)
            block = body * max(1, (1 << 22) // len(body))
    os.replace(folder / "large.csv", table)
    manifest = json.loads((release / "manifest.json").read_text())
    del manifest["seal"]
    for entry in manifest["files"]:
        if entry["path"] == table.name:
            entry["bytes"], entry["sha256"] = written, digest.hexdigest()
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    seal = hashlib.sha256(text.encode()).hexdigest()
    os.replace(release / "manifest.json", release / "manifest.old")
    (release / "manifest.json").write_text("{\n" + f'  "seal": "{seal}",\n' + text[2:])
    (release / "manifest.old").unlink()
    return table


def main(binary: str, credentials_path: str, gigabytes: float) -> None:
    credentials = json.loads(Path(credentials_path).read_text())
    folder = Path(tempfile.mkdtemp())
    table = large_release(binary, folder, credentials, int(gigabytes * 1e9))
    print(f"{table.stat().st_size / 1e9:.2f} GB", flush=True)
    key, environment = credentials["keys"]["editor"], keyed(credentials)
    publish = [binary, "-C", str(folder), "publish", "--yes", "-q"]
    measured("debouches publish", publish, env=environment)
    measured("debouches publish again", publish, env=environment)
    receipt = next((folder / f"state/publish/{NAME}").rglob("receipt.json"))
    dataset = json.loads(receipt.read_text())["id"]
    client = [sys.executable, "-c", CLIENT, credentials["base_url"], key, dataset, str(table)]
    measured("datagouv-client create_static_resource", client)
    measured("the same, read once (sha256sum)", ["sha256sum", str(table)], stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 2.0)
