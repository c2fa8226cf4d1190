"""Detector models: YOLO, OpenVINO, HOG and crowd counters behind one interface (`base`); `choice` picks one."""
