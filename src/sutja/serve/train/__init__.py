"""Train and watch: one training at a time, in a process of its own, shown to all who look on."""
