"""Preprocessing that model files name: arrays to what their networks take, the same in training and in use."""
