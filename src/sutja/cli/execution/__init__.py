"""Parts that the verbs share: options, inputs, runs over many, progress and errors."""
