"""Preprocessing that model files name: arrays to what networks take, the same in training and in use."""
