"""Tar shards of labelled pictures, as WebDataset has them."""

import io
import tarfile

import cv2


def encode_png(image):
    """The picture (H, W) or (H, W, 3) RGB as a PNG file, quickly packed."""
    pixels = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def write_tar(path, members):
    """Write a shard of pairs of a name and its bytes, or text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, content in members:
            data = content if isinstance(content, bytes) else str(content).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def write_shards(folder, images, labels, n_shards=3):
    """Write pictures and their classes into shards; the order stays."""
    for shard in range(n_shards):
        rows = range(shard * len(images) // n_shards, (shard + 1) * len(images) // n_shards)
        members = [(f"{i:06}.{end}", item) for i in rows for end, item in _sample(images[i], labels[i])]
        write_tar(folder / f"{shard:06}.tar", members)
    return folder


def _sample(image, label):
    return ("png", encode_png(image)), ("cls", label)
