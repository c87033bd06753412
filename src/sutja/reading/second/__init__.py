"""The second reader beside a model, and how the answers of the two are joined."""
