"""A form drawn for tests: a frame, words in OpenCV's own letters, and combs that are filled with strokes."""

import cv2
import numpy as np

SIZE = 900, 640  # rows and columns
COMBS = {"yes": (430, 200, 3), "no": (430, 300, 3), "total": (430, 400, 3)}  # x, y of the first box, boxes
SIDE = 44  # pixels of a box
WORDS = [
    (60, 60, "RESULT OF THE COUNT", 0.9),
    (60, 110, "Polling station of the valley", 0.6),
    (60, 230, "Votes for the bridge", 0.7),
    (60, 330, "Votes against it", 0.7),
    (60, 430, "All votes together", 0.7),
    (60, 560, "Signed by those who counted, and by two who watched them", 0.5),
    (60, 700, "Please write one digit in each box and cross the rest out", 0.5),
    (60, 820, "Form 17 b", 0.6),
]


def draw_form() -> np.ndarray:
    """The blank form, uint8 (H, W)."""
    form = np.full(SIZE, 245, np.uint8)
    cv2.rectangle(form, (30, 20), (SIZE[1] - 30, SIZE[0] - 30), 40, 2)
    for x, y, words, size in WORDS:
        cv2.putText(form, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 30, 1, cv2.LINE_AA)
    for x, y, n in COMBS.values():
        for i in range(n):
            cv2.rectangle(form, (x + i * SIDE, y), (x + (i + 1) * SIDE, y + SIDE), 50, 1)
    return form


def draw_other_form() -> np.ndarray:
    """Another form with a frame and boxes of its own."""
    form = np.full(SIZE, 245, np.uint8)
    cv2.rectangle(form, (30, 20), (SIZE[1] - 30, SIZE[0] - 30), 40, 2)
    for i in range(9):
        words = f"Row {chr(65 + i)} of quite another sheet"
        cv2.putText(form, words, (50, 100 + 80 * i), cv2.FONT_HERSHEY_COMPLEX, 0.7, 30, 1, cv2.LINE_AA)
        cv2.line(form, (40, 115 + 80 * i), (600, 115 + 80 * i), 60, 1)
    return form


def fill(form: np.ndarray, name: str, text: str) -> None:
    """Write into the boxes of a comb; X and - cross and dash them out, a space leaves them."""
    x, y, _ = COMBS[name]
    for i, symbol in enumerate(text):
        left, top = x + i * SIDE, y
        if symbol == "X":
            cv2.line(form, (left + 10, top + 9), (left + 34, top + 35), 20, 2, cv2.LINE_AA)
            cv2.line(form, (left + 34, top + 9), (left + 10, top + 35), 20, 2, cv2.LINE_AA)
        elif symbol == "-":
            cv2.line(form, (left + 10, top + 22), (left + 34, top + 21), 20, 2, cv2.LINE_AA)
        elif symbol != " ":
            place = (left + 12, top + 35)
            cv2.putText(form, symbol, place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 2, cv2.LINE_AA)


def photograph(form: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A photo of the form at an angle, on a table, and the homography (3, 3) from the form to it."""
    rows, columns = form.shape
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    placed = np.array([(130, 90), (760, 150), (810, 1050), (80, 1010)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, placed)
    photo = cv2.warpPerspective(form, matrix, (900, 1150), borderValue=(95.0,))
    light = np.linspace(0.75, 1.0, photo.shape[1])[None, :]
    return (photo * light).astype(np.uint8), matrix
