"""The Python side of nanoVLA's bridge: simulators and foreign datasets behind a pipe."""
