"""The site is built strictly, from these pages and docstrings, and loads nothing from elsewhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {folder.name for folder in (ROOT / "src" / "sutja").iterdir() if folder.is_dir()}
HISTORY = {"log.md", "CHANGELOG.md", "command-line.md"}
# What a browser fetches on its own, other than links that a person follows.
LOADED = re.compile(r"""<(?:script|img|iframe|source|audio|video)[^>]*?\ssrc=["']?(?P<src>[^"' >]+)""")
STYLES = re.compile(r"""<link[^>]*?rel=["']?(?:stylesheet|preconnect|preload|icon)[^>]*>""")
FETCHED = re.compile(r"""(?:url\(|@import\s+)["']?(?P<url>https?:[^"')]+)""")


def build(folder):
    """Build the site in a copy of what it is made of, so that nothing is left in the checkout."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "src").symlink_to(ROOT / "src", target_is_directory=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for command in (["docs/commands.py"], ["-m", "zensical", "build", "--strict", "--clean"]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out" / "site"


def assert_nothing_is_loaded_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not [address for address in LOADED.findall(text) if "//" in address], page
        assert not [link for link in STYLES.findall(text) if "http" in link], page
        assert 'data-md-component="source"' not in text, f"{page} asks GitHub for its stars"
    for style in site.rglob("*.css"):
        assert not FETCHED.findall(style.read_text(encoding="utf-8")), style


def test_site_is_built_whole(tmp_path):
    site = build(tmp_path)
    assert (site / "index.html").exists()
    assert_nothing_is_loaded_from_elsewhere(site)
    reference = (site / "reference" / "use" / "index.html").read_text(encoding="utf-8")
    for name in ("Reader", "Classifier", "Listener", "Detector", "Number", "Page", "Recording"):
        assert re.search(rf'id="?sutja\.[\w.]+\.{name}"?', reference), name
    commands = (site / "reference" / "command-line" / "index.html").read_text(encoding="utf-8")
    for verb in (
        "read",
        "listen",
        "detect",
        "train classify",
        "evaluate",
        "calibrate",
        "compare",
        "data get",
    ):
        assert f"sutja {verb}" in commands


def test_every_page_has_its_place():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert page.relative_to(ROOT / "docs").as_posix() in menu, f"{page} is not in mkdocs.yml"


def test_files_that_pages_name_exist():
    """Paths in the prose move along when files do; log, changelog and decisions are history."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        if page.name in HISTORY or page.parent.name == "decisions":
            continue
        for path in re.findall(r"`([\w.-]+/[\w./-]*(?:\.py|/))`", page.read_text(encoding="utf-8")):
            if path.split("/")[0] in ROOMS | {"src", "docs", "tests", "recipes", "benchmarks"}:
                assert (ROOT / path).exists() or (ROOT / "src" / "sutja" / path).exists(), f"{page}: {path}"
