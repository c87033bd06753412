"""Bytes, files and arrays to what the networks take.

Pictures: `image`, `document`, `picture_headers`, `pixel_conversion`. Sound: `audio`, `sound_headers`,
`spectrogram` for classifiers of clips. Then `preprocessing`, by the names that model files give: `normalisation`
for the transcriber, `pixels_input` for classifiers, `frame_input` for detectors, `log_mel` for the listener.
"""
