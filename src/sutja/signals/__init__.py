"""Bytes, files and arrays to what the networks take.

Pictures: `image`, `document`, `picture_headers`, `pixel_conversion`; then `normalisation` for the
transcriber, `pixels_input` for classifiers, `frame_input` for detectors. Sound: `audio`, `sound_headers`;
then `log_mel` for the listener, `spectrogram` for classifiers of clips.
"""
