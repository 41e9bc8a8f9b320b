"""A static catalogue before its judges: catalogue.py FOLDER [--browser PATH] [--shots FOLDER]

Without browser: HTML read by a strict parser, every link leads somewhere, feeds read by feedparser, files against their digests.
With one: axe finds no violation on any page, at two widths, light and dark; no request leaves the catalogue; no page scrolls
sideways. Exits with 1 at the first judge that refuses.
"""

import argparse
import functools
import hashlib
import html as entities
import http.server
import json
import pathlib
import re
import sys
import threading
import urllib.parse

import feedparser
import html5lib

SIZES = {"bureau": (1280, 900), "telephone": (390, 844)}


def refuse(what):
    sys.exit(f"refused: {what}")


def pages(root):
    found = sorted(root.rglob("*.html"))
    assert found, f"no page in {root}"
    return found


def of_each_kind(root):
    """Every page of the datasets, and two of each kind that the public site has by the thousand."""
    kinds = {}
    for page in pages(root):
        parts = page.relative_to(root).parts
        many = parts[0] in ("etablissement", "formation", "region", "academie", "departement") and len(parts) > 2
        kind = (parts[0], len(parts), page.name if len(parts) == 3 else "") if many else page
        kinds.setdefault(kind, []).append(page)
    return sorted(page for found in kinds.values() for page in found[:2])


def read(page):
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=True)
    try:
        return parser.parse(page.read_text(encoding="utf-8"))
    except html5lib.html5parser.ParseError as error:
        refuse(f"html5lib: {page}: {error}")


def html(root):
    trees = {page: read(page) for page in pages(root)}
    for page, tree in trees.items():
        ids = [node.get("id") for node in tree.iter() if node.get("id")]
        if len(ids) != len(set(ids)):
            refuse(f"{page}: an id is there twice")
        titles = [node for node in tree.iter("h1")]
        if len(titles) != 1:
            refuse(f"{page}: {len(titles)} h1")
    print(f"html5lib, strict: {len(trees)} pages accepted")
    return trees


def links(root, trees):
    count = 0
    for page, tree in trees.items():
        for node in tree.iter():
            for name in ("href", "src"):
                address = node.get(name)
                if address is None or address.startswith("data:"):
                    continue
                parts = urllib.parse.urlsplit(address)
                if parts.scheme:
                    # A link that a person follows; nothing that a browser fetches.
                    if node.tag != "a" and not (node.tag == "link" and node.get("rel") == "canonical"):
                        refuse(f"{page}: <{node.tag}> asks {address}")
                    continue
                target = (page.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page
                if not target.is_file():
                    refuse(f"{page}: {address} leads nowhere")
                if parts.fragment and not any(own.get("id") == parts.fragment for own in trees[target].iter()):
                    refuse(f"{page}: {address} has no such anchor")
                count += 1
    print(f"links: {count} lead somewhere")


def feeds(root):
    found = sorted(root.rglob("feed.atom"))
    for feed in found:
        parsed = feedparser.parse(feed.read_bytes())
        if parsed.bozo or parsed.version != "atom10":
            refuse(f"feedparser: {feed}: {parsed.get('bozo_exception')}")
        names = [entry.id for entry in parsed.entries]
        if not names or len(names) != len(set(names)):
            refuse(f"{feed}: {len(names)} entries, {len(set(names))} identifiers")
        for entry in parsed.entries:
            if not (entry.title and entry.updated_parsed and entry.published_parsed and entry.link and entry.content[0].value):
                refuse(f"{feed}: an entry lacks something")
        if [entry.updated for entry in parsed.entries] != sorted((entry.updated for entry in parsed.entries), reverse=True):
            refuse(f"{feed}: entries are not the newest first")
    print(f"feedparser: {len(found)} Atom feeds accepted")


def digests(root):
    count = 0
    for pointer in sorted(root.glob("*/latest.json")):
        latest = json.loads(pointer.read_text(encoding="utf-8"))
        record = json.loads((pointer.parent / "dataset.json").read_text(encoding="utf-8"))
        if latest["version"] not in [version["version"] for version in record["versions"]]:
            refuse(f"{pointer}: a version that dataset.json does not know")
        for version in record["versions"]:
            for file in version["files"]:
                path = pointer.parent / version["version"] / file["path"]
                bytes_ = path.read_bytes()
                if len(bytes_) != file["bytes"] or hashlib.sha256(bytes_).hexdigest() != file["sha256"]:
                    refuse(f"{path}: other bytes than dataset.json says")
                count += 1
    print(f"digests: {count} files are those of dataset.json")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def browse(root, browser, shots):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    checks = 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                # The pages forbid every script: axe comes in past that.
                context = chromium.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR", bypass_csp=True
                )
                page = context.new_page()
                asked = []
                page.on("request", lambda request: asked.append(request.url))
                for path in of_each_kind(root):
                    name = path.relative_to(root).as_posix()
                    page.goto(f"{base}/{name}", wait_until="commit" if name.endswith("/latest.html") else "load")
                    if name.endswith("/latest.html"):
                        page.wait_for_url("**/*.*.*.html", timeout=10_000)
                        continue
                    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                    found = Axe().run(page)
                    if found.violations_count:
                        refuse(f"axe: {name}, {size}, {scheme}:\n{found.generate_report()}")
                    spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if spill > 0:
                        refuse(f"{name}, {size}: the page is {spill} pixels too wide")
                    checks += 1
                    if shots and shown(name):
                        page.goto(f"{base}/{name}")
                        stem = name.removesuffix(".html").replace("/", "-")
                        page.screenshot(path=shots / f"{stem}-{size}-{scheme}.png", full_page=True)
                foreign = [url for url in asked if not url.startswith(base + "/") and not url.startswith("data:")]
                if foreign:
                    refuse(f"requests left the catalogue: {foreign[:3]}")
                context.close()
        chromium.close()
    server.shutdown()
    print(f"axe: no violation in {checks} visits ({len(of_each_kind(root))} of {len(pages(root))} pages, two widths, light and dark); no request left the catalogue")


def by_keyboard(root, browser):
    """From the search to a territory and to an establishment with the keyboard only, a typo included; then without any script."""
    from playwright.sync_api import sync_playwright

    title = lambda path: re.search(r"<h1[^>]*>(.*?)</h1>", path.read_text(encoding="utf-8"), re.S).group(1)
    region = next(iter(sorted(root.glob("region/*/index.html"))))
    establishment = next(iter(sorted(root.glob("etablissement/*/index.html"))))
    name = entities.unescape(re.sub(r"<[^>]*>", "", title(region))).strip()
    typo = name[:2] + name[3] + name[2] + name[4:] if len(name) > 6 else name
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(f"{base}/index.html")
        page.locator("#q").fill("CAP")
        if "Certificat d'aptitude" not in page.locator("#resultats").inner_text():
            refuse("a diploma is not known by its initials")
        for text, expected in ((typo, region), (establishment.parent.name, establishment)):
            page = chromium.new_page()
            page.goto(f"{base}/index.html")
            for _ in range(30):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.id") == "q":
                    break
            else:
                refuse("the search is not reached with the keyboard")
            page.keyboard.type(text)
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            page.wait_for_url("**/index.html", timeout=10_000)
            page.wait_for_function("location.pathname != '/index.html'", timeout=10_000)
            there = page.url.removeprefix(base + "/")
            if there != expected.relative_to(root).as_posix():
                refuse(f"{text!r} leads to {there} and not to {expected.relative_to(root)}")
        plain = chromium.new_context(java_script_enabled=False).new_page()
        plain.goto(f"{base}/index.html")
        for step in ("region/", "etablissement/"):
            plain.locator(f"a[href*='{step}']").first.click()
        if "/etablissement/" not in plain.url:
            refuse(f"without script, the lists end at {plain.url}")
        chromium.close()
    server.shutdown()
    print(f"keyboard: {typo!r} leads to {name!r}, a number to its establishment; without script, lists lead there too")


def shown(name):
    return name == "index.html" or name in ("insertion-etablissements/index.html", "insertion-etablissements/1.0.0.html", "insertion-superieur/index.html")


arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--browser")
arguments.add_argument("--without-axe", action="store_true", help="the same pages were looked at before")
arguments.add_argument("--shots", type=pathlib.Path)
given = arguments.parse_args()
root = given.folder.resolve()
links(root, html(root))
feeds(root)
digests(root)
if given.browser:
    if given.shots:
        given.shots.mkdir(parents=True, exist_ok=True)
    browse(root, given.browser, given.shots)
    by_keyboard(root, given.browser)
else:
    print("axe was not asked" if given.without_axe else "NOT RUN: axe, since there is no browser")
