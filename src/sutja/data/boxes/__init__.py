"""Labelled boxes: COCO, YOLO and Pascal VOC."""
