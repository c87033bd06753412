"""Bytes, files and arrays to what the networks take.

Pictures: `image`, `document`, `picture_headers`, `pixel_conversion`. Sound: `audio`, `sound_headers`,
`spectrogram` for classifiers of clips. Then `preprocessing`, which model files name: `normalisation` for the
transcriber, `pixels_input` for classifiers, `frame_input` for detectors, `log_mel` for the listener.
"""
