"""Stores of files: addresses in stores, and tar shards of many inputs."""
