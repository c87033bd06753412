"""A page without a server: "Draw and watch" with the networks that a browser computes by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sutja.atomic import write_atomic
from sutja.errors import SutjaError, make_unwritable_error
from sutja.serve.guards import POLICY
from sutja.serve.page.networks import Networks, describe_network, describe_weights, is_exact
from sutja.serve.settings import Settings

STATIC = Path(__file__).parent / "static"
NETWORKS = "networks.json"


def export_page(folder: Path, settings: Settings) -> list[str]:
    """Write the page into a folder that any web server can hand out, and list the networks in it.

    Only networks of a few dense layers are taken, since the page computes these by itself.

    Parameters
    ----------
    folder : Path
        Folder to write; made if needed, files of the same names are replaced.
    settings : Settings
        Models beside the bundled ones.

    Raises
    ------
    SutjaError
        If the folder cannot be written.
    """
    networks = Networks(settings)
    found = [(name, *networks.find(name)) for name in networks.names]
    described = [
        {**describe_network(name, network, classifier), "weights": describe_weights(network)}
        for name, network, classifier in found
        if is_exact(network)
    ]
    # In a page's own text a policy cannot say who frames it; the server that hands it out may.
    policy = POLICY.partition("; frame-ancestors")[0]
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    meta = f'<meta charset="utf-8">\n    <meta http-equiv="content-security-policy" content="{policy}">'
    page = page.replace("<html", "<html data-static", 1).replace('<meta charset="utf-8">', meta, 1)
    try:
        shutil.copytree(
            STATIC, folder / "static", dirs_exist_ok=True, ignore=shutil.ignore_patterns("index.html")
        )
        write_atomic(folder / "static" / "data" / NETWORKS, json.dumps(described).encode())
        write_atomic(folder / "index.html", page.encode())
    except OSError as error:
        raise make_unwritable_error(SutjaError, folder, error, "name another folder") from error
    return [str(network["name"]) for network in described]
