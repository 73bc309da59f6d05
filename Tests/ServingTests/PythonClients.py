"""Asks a server at argv[1] (its port) with the field's own Python clients; prints what it answers, as JSON.

Needs requests, json-numpy, openpi-client and vla-eval. PythonClientTests runs it.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np

STATE = np.array([0.5, 0.5, 0.7, 0.0])
IMAGE = np.arange(64 * 64 * 3, dtype=np.int64).reshape(64, 64, 3).astype(np.uint8)
TEXT = "pick up the red cup"

# A benchmark of one task and three steps, whose image and state never change.
BENCHMARK = """
import json
import numpy as np
from vla_eval.benchmarks.base import StepBenchmark, StepResult
from vla_eval.specs import DimSpec, GRIPPER_CLOSE_POS, IMAGE_RGB, LANGUAGE, POSITION_DELTA

class Still(StepBenchmark):
    render_backends = frozenset({"cpu", "gpu"})

    @classmethod
    def configure_render(cls, mode):
        return {}

    def get_tasks(self):
        return [{"name": %(text)r, "suite": "still"}]

    def get_action_spec(self):
        return {"position": POSITION_DELTA, "gripper": GRIPPER_CLOSE_POS}

    def get_observation_spec(self):
        return {"camera": IMAGE_RGB, "language": LANGUAGE}

    def reset(self, task):
        self.actions = []
        return None

    def step(self, action):
        self.actions.append([float(x) for x in action["actions"]])
        with open(%(log)r, "w") as log:
            json.dump(self.actions, log)
        return StepResult(obs=None, reward=0.0, done=len(self.actions) == 3, info={})

    def make_obs(self, raw, task):
        image = np.arange(64 * 64 * 3, dtype=np.int64).reshape(64, 64, 3).astype(np.uint8)
        return {"images": {"camera": image}, "task_description": %(text)r,
                "states": np.array([0.5, 0.5, 0.7, 0.0])}

    def get_step_result(self, result):
        return {"success": True}
"""

CONFIG = """
server: {url: "ws://127.0.0.1:%(port)s"}
benchmarks:
  - benchmark: "still:Still"
    episodes_per_task: 1
    max_steps: 3
"""


def act(port):
    import json_numpy
    import requests

    json_numpy.patch()
    address = f"http://127.0.0.1:{port}/act"
    request = {"image": IMAGE, "instruction": TEXT, "state": STATE}
    plain = requests.post(address, json=request).json()
    encoded = requests.post(address, json={"encoded": json_numpy.dumps(request)}).json()
    chunk = requests.post(
        address, json={"full_image": IMAGE, "instruction": TEXT, "state": STATE}
    ).json()
    wrong = requests.post(address, json={"image": IMAGE, "state": STATE})
    return {
        "act": plain.tolist(),
        "encoded": json_numpy.loads(encoded).tolist(),
        "oft": [action.tolist() for action in chunk],
        "wrong": wrong.status_code,
    }


def openpi(port):
    from openpi_client import websocket_client_policy

    client = websocket_client_policy.WebsocketClientPolicy("127.0.0.1", int(port))
    answer = client.infer(
        {"observation/image": IMAGE, "observation/state": STATE, "prompt": TEXT}
    )
    return {"openpi": answer["actions"].tolist()}


def vla_eval(port):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "actions.json")
        with open(os.path.join(folder, "still.py"), "w") as file:
            file.write(BENCHMARK % {"text": TEXT, "log": log})
        config = os.path.join(folder, "config.yaml")
        with open(config, "w") as file:
            file.write(CONFIG % {"port": port})
        tool = os.path.join(os.path.dirname(sys.executable), "vla-eval")
        run = subprocess.run(
            [tool, "run", "-c", config, "--no-docker", "--render", "cpu", "--no-save", "--yes",
             "--server-url", f"ws://127.0.0.1:{port}", "--output-dir", folder],
            cwd=folder, capture_output=True, text=True, timeout=300,
            env={**os.environ, "PYTHONPATH": folder},
        )
        if not os.path.exists(log):
            raise SystemExit(run.stdout + run.stderr)
        with open(log) as file:
            return {"vla-eval": json.load(file)}


if __name__ == "__main__":
    port = sys.argv[1]
    print(json.dumps({**act(port), **openpi(port), **vla_eval(port)}))
