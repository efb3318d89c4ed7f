"""What the code that loading reaches does: each danger with its line and its time, and what looks like it and is harmless."""

from __future__ import annotations

import contextlib
import json
from textwrap import indent

import jsonschema
import pytest
from ending import ends

from cardlint.checks.remotecode import dangerous
from cardlint.code.dangers import Table
from cardlint.errors import Blocked, Obstacle, Unreadable
from cardlint.locate import data_folder
from cardlint.repository import Identity, Kind, Repository
from cardlint.source import Memory

CONFIG = json.dumps({"auto_map": {"AutoModel": "modeling_x.XModel"}})
Found = list[tuple[int, str, str, str]]


def repository(files: dict[str, str], kind: Kind = "model", name: str | None = "fenlab/marsh") -> Repository:
    return Repository(Memory({path: text.encode() for path, text in files.items()}), Identity(kind, name, told=True))


def look(repo: Repository) -> Found:
    """Line, kind, time and severity of each problem, in the order of lines; what was not examined raises."""
    found: Found = []
    for problem in dangerous(repo.fact("remote_code"), advice="take it out", of_spaces=["obfuscated", "keys"]):
        assert problem.span is not None
        assert problem.subject is not None
        path, kind, when = problem.subject.split(":")
        line = repo.texts[path].position(problem.span.start).line
        assert f"{path}:{line}: " in problem.message
        found.append((line, kind, when, problem.at_most or "-"))
    return sorted(found)


def at_import(code: str) -> Found:
    return look(repository({"config.json": CONFIG, "modeling_x.py": code}))


# Code that runs when the module is imported, the line of the danger and its kind; each with a twin that is harmless.
DANGERS = [
    ("import os\nos.system('make')", 2, "process", "import os\nos.path.join('a', 'b')"),
    ("import os as o\no.popen('ls').read()", 2, "process", "import os as o\no.getcwd()"),
    ("from os import system as run\nrun('ls')", 2, "process", "from re import compile as run\nrun('ls')"),
    ("import os\nos.execvp('sh', ['sh'])", 2, "process", "import os\nos.cpu_count()"),
    ("import os\nos.spawnl(os.P_WAIT, 'sh')", 2, "process", "import os\nos.P_WAIT"),
    ("import subprocess\nsubprocess.run(['ls'])", 2, "process", "import subprocess\nerror = subprocess.CalledProcessError(1, 'ls')"),
    ("from subprocess import Popen, PIPE\nPopen('ls', stdout=PIPE)", 2, "process", "from subprocess import Popen, PIPE\nclass P(Popen): ..."),
    ("import subprocess as s\ns.check_output('nvcc')", 2, "process", "import subprocess as s\ns.PIPE"),
    ("import pty\npty.spawn('sh')", 2, "process", "import pty"),
    ("import asyncio\nasyncio.create_subprocess_exec('ls')", 2, "process", "import asyncio\nasyncio.sleep(1)"),
    ("import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])", 2, "install", "import sys\nprint('pip install x')"),
    ("import pip\npip.main(['install', 'x'])", 2, "install", "import pip\npip.__version__"),
    ("import os\nos.system('pip install einops')", 2, "install", "raise ImportError('pip install einops')"),
    ("import socket\nsocket.socket()", 2, "network", "import socket\nsocket.gethostname()"),
    ("import requests\nrequests.get('https://x.example')", 2, "network", "import requests\nrequests.exceptions.Timeout"),
    ("import requests\nsession = requests.Session()\nsession.get('https://x.example')", 2, "network", "session = {}\nsession.get('x')"),
    ("from urllib.request import urlopen\nurlopen('https://x.example')", 2, "network", "from urllib.parse import urlparse\nurlparse('https://x.example')"),
    ("import urllib.request\nurllib.request.urlretrieve('https://x.example')", 2, "network", "import urllib.request\nurllib.request.Request('https://x.example')"),
    ("import httpx\nhttpx.post('https://x.example')", 2, "network", "import httpx\nhttpx.Timeout(1)"),
    ("import aiohttp\naiohttp.ClientSession()", 2, "network", "import aiohttp"),
    ("import ftplib\nftplib.FTP('x')", 2, "network", "import ftplib\nftplib.error_perm('x')"),
    ("import smtplib\nsmtplib.SMTP('x')", 2, "network", "import smtplib"),
    ("import paramiko\nparamiko.SSHClient()", 2, "network", "import paramiko"),
    ("from http.client import HTTPSConnection\nHTTPSConnection('x')", 2, "network", "from http import HTTPStatus\nHTTPStatus(200)"),
    ("from huggingface_hub import HfApi\napi = HfApi()\napi.upload_file(path_or_fileobj='x')", 3, "network", "from huggingface_hub import hf_hub_download\nhf_hub_download('a/b', 'c')"),
    ("import torch\ntorch.hub.download_url_to_file('https://x.example', 'y')", 2, "network", "import torch\ntorch.hub.get_dir()"),
    ("x = input\neval(x)", 2, "evaluation", "import model\nmodel.eval()"),
    ("exec('import os')", 1, "evaluation", "def exec(x): ...\nexec('import os')"),
    ("eval('__import__(\"os\").getcwd()')", 1, "evaluation", "import torch\neval('torch.float16')"),
    ("import builtins\nbuiltins.exec(text)", 2, "evaluation", "import builtins\nbuiltins.print('x')"),
    ("run = exec\nrun('x = 1')", 1, "evaluation", "run = print\nrun('x = 1')"),
    ("import types\ntypes.FunctionType(code, {})", 2, "evaluation", "import types\ntypes.FunctionType(print.__code__, {})"),
    ("import code\ncode.interact()", 2, "evaluation", "code = object()\ncode.interact()"),
    ("import runpy\nrunpy.run_path('x.py')", 2, "evaluation", "import ast\nast.literal_eval('1')"),
    ("import os\ngetattr(os, name)('ls')", 2, "evaluation", "import torch\ngetattr(torch, name)()"),
    ("import os\nvars(os)[name]('ls')", 2, "evaluation", "config = object()\nvars(config)['x']"),
    ("__builtins__[name]('x')", 1, "evaluation", "registry = {}\nregistry['exec']('x')"),
    ("@exec\nclass X: ...", 1, "evaluation", "from dataclasses import dataclass\n@dataclass\nclass X: ..."),
    ("list(map(eval, texts))", 1, "evaluation", "list(map(int, texts))"),
    ("import importlib\nimportlib.import_module(name)", 2, "import", "import importlib\nimportlib.import_module('json')"),
    ("__import__(name)", 1, "import", "__import__('json')"),
    ("import importlib\nimportlib.import_module(f'.{x}', __package__)", 2, "import", "import importlib\nimportlib.import_module(f'{__package__}.layers')"),
    ("from importlib.util import spec_from_file_location\nspec_from_file_location('x', path)", 2, "file", "from importlib.util import find_spec\nfind_spec('x')"),
    ("import ctypes\nctypes.CDLL('libx.so')", 2, "native", "import ctypes\nctypes.c_int(1)"),
    ("import torch\ntorch.ops.load_library('x.so')", 2, "native", "import torch\ntorch.ops.aten.add(1, 2)"),
    ("from torch.utils.cpp_extension import load\nload(name='x', sources=['x.cpp'])", 2, "native", "from torch.utils.checkpoint import checkpoint\ncheckpoint(1)"),
    ("from torch.utils import cpp_extension\ncpp_extension.load_inline('x', 'int')", 2, "native", "import torch\ntorch.compile(print)"),
    ("import pickle\npickle.load(open('x', 'rb'))", 2, "deserialisation", "import pickle\npickle.dumps(1)"),
    ("try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\npickle.loads(b'')", 5, "deserialisation", "try:\n    import cPickle as pickle\nexcept ImportError:\n    pickle = None"),
    ("import dill\ndill.loads(b'')", 2, "deserialisation", "import json\njson.loads('1')"),
    ("import joblib\njoblib.load('x')", 2, "deserialisation", "import joblib\njoblib.Parallel(2)"),
    ("import torch\ntorch.load('x', weights_only=False)", 2, "deserialisation", "import torch\ntorch.load('x', weights_only=True)"),
    ("import torch\ntorch.hub.load_state_dict_from_url('https://x.example')", 2, "deserialisation", "import torch\ntorch.hub.load_state_dict_from_url('https://x.example', weights_only=True)"),
    ("import numpy as np\nnp.load('x', allow_pickle=True)", 2, "deserialisation", "import numpy as np\nnp.load('x')"),
    ("import yaml\nyaml.load(text, Loader=yaml.UnsafeLoader)", 2, "deserialisation", "import yaml\nyaml.load(text, Loader=yaml.CSafeLoader)"),
    ("import pandas as pd\npd.read_pickle('x')", 2, "deserialisation", "import pandas as pd\npd.read_csv('x')"),
    ("import shutil\nshutil.rmtree('x')", 2, "files", "import shutil\nshutil.which('x')"),
    ("import os\nos.remove('x')", 2, "files", "words = []\nwords.remove('x')"),
    ("open('/etc/cron.d/x', 'w')", 1, "outside", "open('/etc/hosts')"),
    ("import os\nopen(os.path.expanduser('~/.bashrc'), mode='a')", 2, "outside", "import os\nopen(os.path.expanduser('~/.bashrc'))"),
    ("import os\nopen(os.path.join(os.path.expanduser('~'), 'x'), 'wb')", 2, "outside", "import os\nopen(os.path.join('out', 'x'), 'wb')"),
    ("from pathlib import Path\nPath('/etc/x').write_text('x')", 2, "outside", "from pathlib import Path\nPath('x').write_text('x')"),
    ("from pathlib import Path\nopen(Path.home() / 'x', 'w')", 2, "outside", "open('/tmp/x', 'w')"),
    ("open(f'/opt/{name}', 'w')", 1, "outside", "open(f'{name}/x', 'w')"),
    ("from huggingface_hub import HfFolder\nHfFolder.get_token()", 2, "credentials", "from huggingface_hub import constants\nconstants.HF_HOME"),
    ("import os\ndict(os.environ)", 2, "credentials", "import os\ndict(os.path)"),
    ("import os\nos.environ.copy()", 2, "credentials", "import os\nos.environ['OMP_NUM_THREADS'] = '1'"),
    ("open('/root/.ssh/id_rsa')", 1, "keys", "'''Keys lie in ~/.ssh/id_rsa'''"),
    ("import os\np = os.path.join(home, '.cache/huggingface/token')", 2, "keys", "p = 'huggingface/tokenizers'"),
    ("p = '.aws/credentials'", 1, "keys", "p = 'https://docs.example/.aws/credentials'"),
    ("import base64\nexec(base64.b64decode('eA=='))", 2, "obfuscated", "import base64\nbase64.b64decode('eA==')"),
    ("import zlib\ncode = zlib.decompress(b'')\nexec(code)", 3, "obfuscated", "import zlib\ncode = zlib.decompress(b'')"),
    ("import marshal\nexec(marshal.loads(b''))", 2, "obfuscated", "import marshal\nmarshal.dumps(1)"),
    ("exec(bytes.fromhex('78').decode())", 1, "obfuscated", "bytes.fromhex('78').decode()"),
    ("exec(__import__('codecs').decode('k', 'rot13'))", 1, "obfuscated", "__import__('codecs').decode('k', 'rot13')"),
    (f"import base64\nkernel = base64.b64decode('{'QlpoOTFB' * 200}')", 2, "encoded", f"kernel = '{'QlpoOTFB' * 200}'"),
    ("import sys\nsys.modules['os'].system('ls')", 2, "process", "import sys\nsys.modules['json'].dumps(1)"),
    ("import os\nos.__dict__['system']('ls')", 2, "process", "import os\nos.__dict__['getcwd']()"),
    ("getattr(__import__('o' + 's'), 'sys' + 'tem')('ls')", 1, "process", "getattr(__import__('o' + 's'), 'get' + 'cwd')()"),
    ("import os\nfrom threading import Thread\nThread(target=os.system, args=('ls',)).start()", 3, "process", "import os\nfrom threading import Thread\nThread(target=os.getcwd).start()"),
    ("from .tools import os\nos.system('ls')", 2, "process", "from .tools import eval, net\neval('x')\nnet.get('x')"),
    ("ｅｖａｌ(x)", 1, "evaluation", "ｌｅｎ(x)"),
    ("import sys\nfrom huggingface_hub import snapshot_download\nfolder = snapshot_download('a/b')\nsys.path.append(folder)", 4, "fetched", "import os, sys\nsys.path.append(os.path.dirname(__file__))"),
    ("import sys, os\nfrom huggingface_hub import snapshot_download\nsys.path.insert(0, os.path.join(snapshot_download('a/b'), 'src'))", 3, "fetched", "import sys\nsys.path.insert(0, 'src')"),
    ("import torch\ntorch.os.system('ls')", 2, "process", "import torch\ntorch.os.getcwd()"),
    ("import transformers\ntransformers.utils.hub.os.popen('ls')", 2, "process", "import asyncio\nasyncio.subprocess.PIPE"),
    ("import os\ndef f(x: os.system('ls')): ...", 2, "process", "import os\ndef f(x: os.system): ..."),
    ("import os\ndef f(*x) -> list[os.popen('ls')]: ...", 2, "process", "from typing import Annotated\ndef f(*x) -> Annotated[int, print('x')]: ..."),
    ("import os\nx: os.system('ls') = 1", 2, "process", "import os\nx: os.PathLike = 1"),
    ("globals()['__builtins__'][name]('x')", 1, "evaluation", "NAMESPACE = {'__builtins__': {}}"),
    ("import timeit\ntimeit.timeit('f()')", 2, "evaluation", "import timeit\ntimeit.timeit(print)"),
    ("import pickle, io\nclass U(pickle.Unpickler): ...\nU(io.BytesIO(x)).load()", 3, "deserialisation", "import pickle\nclass U(pickle.Unpickler):\n    def find_class(self, module, name): ...\nU(x).load()"),
    ("from torch.package import PackageImporter\nPackageImporter('x')", 2, "deserialisation", "from torch.package import is_from_package\nis_from_package(1)"),
    ("import ctypes\nctypes.cdll.msvcrt.system(b'x')", 2, "native", "import ctypes\nctypes.sizeof(1)"),
    ("import zipimport\nzipimport.zipimporter('x.zip')", 2, "file", "import zipfile\nzipfile.ZipFile('x.zip')"),
    ("import torch\ntorch.hub.load('a/b', 'c')", 2, "foreign", "import torch\ntorch.hub.load('x', 'c', source='local')"),
    ("from transformers.dynamic_module_utils import get_class_from_dynamic_module as get\nget('m.C', 'a/b')", 2, "foreign", "from transformers.dynamic_module_utils import custom_object_save\ncustom_object_save(1, 'x')"),
    ("import shutil\nshutil.copy('x', '/etc/cron.d/x')", 2, "outside", "import shutil\nshutil.copy('/usr/share/x', 'out')"),
    ("import os\nos.symlink('x', os.path.expanduser('~/.bashrc'))", 2, "outside", "import os\nos.symlink('/usr/x', 'x')"),
    ("import os\nos.open('/etc/x', os.O_WRONLY | os.O_CREAT)", 2, "outside", "import os\nos.open('/etc/x', os.O_RDONLY)\nos.open('x', os.O_WRONLY)"),
    ("from os import O_RDWR, open as o\no('/etc/x', O_RDWR)", 2, "outside", "from os import open as o\no('/etc/x')"),
    ("from pathlib import Path\n(Path.home() / '.bashrc').write_text('x')", 2, "outside", "from pathlib import Path\n(Path('out') / 'x').write_text('x')"),
    ("from pathlib import Path\nPath('~/x').expanduser().open('a')", 2, "outside", "from pathlib import Path\nPath('~/x').expanduser().open()\nPath('x').resolve().open('w')"),
    ("from pathlib import Path\nPath.home().joinpath('x').symlink_to('y')", 2, "outside", "from pathlib import Path\nPath.home().joinpath('x').exists()"),
    ("try:\n    import requests\nexcept ImportError:\n    requests = None\nrequests.get('x')", 5, "network", "def f(requests):\n    requests.get('x')\nimport requests"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "line", "kind", "harmless"), DANGERS, ids=[item[0][:60] for item in DANGERS])
def test_a_danger_is_told_with_its_line_and_its_twin_is_not(code: str, line: int, kind: str, harmless: str) -> None:
    assert (line, kind, "import", "-") in at_import(code)
    assert {item[1] for item in at_import(code)} <= {kind, "deserialisation", "process"}
    assert at_import(harmless) == []


@pytest.mark.parametrize(("code", "line", "kind", "harmless"), DANGERS, ids=[item[0][:60] for item in DANGERS])
def test_a_danger_in_a_method_that_loading_calls_is_told_as_well(code: str, line: int, kind: str, harmless: str) -> None:
    start = "class XModel:\n    def __init__(self, config):\n"
    assert (line + 2, kind, "load", "-") in at_import(start + indent(code, " " * 8))
    assert at_import(start + indent(harmless, " " * 8)) == []


# Code of a module whose class XModel is asked for; line, kind, time and the severity it is capped at.
TIMES: list[tuple[str, str, Found]] = [
    ("a method of loading", "import os\nclass XModel:\n    def __init__(self):\n        os.system('x')", [(4, "process", "load", "-")]),
    ("a method of use", "import os\nclass XModel:\n    def forward(self):\n        os.system('x')", [(4, "process", "use", "note")]),
    ("use of a pickle", "import pickle\nclass XModel:\n    def forward(self):\n        pickle.load(x)", []),
    ("called by loading", "import os\nclass XModel:\n    def __init__(self):\n        self.prepare()\n    def prepare(self):\n        os.system('x')", [(6, "process", "load", "-")]),
    ("a function called by loading", "import os\ndef f():\n    os.system('x')\nclass XModel:\n    def from_pretrained(self):\n        f()", [(3, "process", "load", "-")]),
    ("called at import", "import os\ndef f():\n    os.system('x')\nf()", [(3, "process", "load", "-")]),
    ("a decorator", "import os\ndef f(x):\n    os.system('x')\n@f\ndef g(): ...", [(3, "process", "load", "-")]),
    ("a base", "import os\nclass Base:\n    def __init__(self):\n        os.system('x')\nclass XModel(Base): ...", [(4, "process", "load", "-")]),
    ("another class", "import os\nclass XModel: ...\nclass Trainer:\n    def __init__(self):\n        os.system('x')", [(5, "process", "use", "note")]),
    ("a class in a table", "import os\nclass Eager:\n    def __init__(self):\n        os.system('x')\nKINDS = {'eager': Eager}\nclass XModel: ...", [(4, "process", "load", "-")]),
    ("a class body", "import os\nclass XModel:\n    os.system('x')", [(3, "process", "import", "-")]),
    ("a default", "import os\ndef f(x=os.system('x')): ...", [(2, "process", "import", "-")]),
    ("a lambda", "import os\nMAKE = lambda: os.system('x')", [(2, "process", "load", "-")]),
    ("a lambda in a method", "import os\nclass XModel:\n    def forward(self):\n        return lambda: os.system('x')", [(4, "process", "use", "note")]),
    ("an inner function of loading", "import os\nclass XModel:\n    def __init__(self):\n        def f():\n            os.system('x')\n        f()", [(5, "process", "load", "-")]),
    ("asked of the module", "import os\ndef __getattr__(name):\n    os.system('x')", [(3, "process", "load", "-")]),
    ("what transformers calls of a model", "import os\nclass XModel:\n    def eval(self):\n        os.system('x')", [(4, "process", "load", "-")]),
    ("at the end of the program", "import atexit, os\n@atexit.register\ndef f():\n    os.system('x')", [(4, "process", "load", "-")]),
    ("registered by a call", "import os\n@hooks.register('x')\ndef f():\n    os.system('x')", [(4, "process", "load", "-")]),
    ("an annotation", "import subprocess\nclass XModel:\n    def __init__(self, x: subprocess.Popen = None): ...", []),
    ("a script", "import os\nif __name__ == '__main__':\n    os.system('x')", []),
    ("a script, the other way round", "import os\nif '__main__' == __name__:\n    os.system('x')", []),
    ("no script", "import os\nif __name__ != '__main__':\n    os.system('x')", [(3, "process", "import", "-")]),
    ("no script either", "import os\nif __name__ == '__main__' or True:\n    os.system('x')", [(3, "process", "import", "-")]),
    ("a script that makes itself one", "import os\n__name__ = '__main__'\nif __name__ == '__main__':\n    os.system('x')", [(4, "process", "import", "-")]),
    ("the rest of a script", "import os\nif __name__ == '__main__':\n    pass\nelse:\n    os.system('x')", [(5, "process", "import", "-")]),
    ("for types", "import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    os.system('x')", []),
    ("for types, by module", "import os, typing\nif typing.TYPE_CHECKING:\n    os.system('x')", []),
    ("not for types", "import os\nTYPE_CHECKING = True\nif TYPE_CHECKING:\n    os.system('x')", [(4, "process", "import", "-")]),
    ("several of a kind", "import os\nos.system('x')\nos.system('y')", [(2, "process", "import", "-")]),
    ("two kinds", "import os, pickle\nos.system('x')\npickle.loads(b'')", [(2, "process", "import", "-"), (3, "deserialisation", "import", "-")]),
    ("torch before 2.6", "import torch\ntorch.load('x')", [(2, "deserialisation", "import", "note")]),
    ("PyYAML before 6", "import yaml\nyaml.load('x')", [(2, "deserialisation", "import", "note")]),
    ("a token", "import os\nos.environ['HF_TOKEN']\n", [(2, "credentials", "import", "note")]),
    ("a token, asked for", "import os\nos.getenv('HF_TOKEN')\nos.environ.get('HOME')", [(2, "credentials", "import", "note")]),
    ("the worst of several", "import torch\ntorch.load('x')\ntorch.load('y', weights_only=False)", [(3, "deserialisation", "import", "-")]),
    ("a name in a module that is not known", "import os\nos.__dict__[name]('x')", []),
    ("a path of many steps", f"open({'a / ' * 80}b, 'w')", []),
    ("no expression", "eval('1 +')", []),
    ("a name nobody imports", "frobnicate.system('x')", []),
    ("of a parameter", "def f(os):\n    os.system('x')\nf(1)", []),
    ("what things are compared with", "import subprocess\nisinstance(x, (subprocess.Popen, int))", []),
    ("a hook of pickle", "import os\nclass X:\n    def __reduce__(self):\n        return os.system, ('x',)", [(4, "process", "use", "note")]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [item[1:] for item in TIMES], ids=[item[0] for item in TIMES])
def test_the_time_of_a_danger(code: str, expected: Found) -> None:
    assert at_import(code) == expected


def test_the_message_has_the_way_the_place_and_what_to_do() -> None:
    repo = repository(
        {
            "config.json": CONFIG,
            "modeling_x.py": "from .a import A\nclass XModel(A): ...\n",
            "a.py": "from .b import *\nclass A:\n    def __init__(self):\n        b()\n",
            "b.py": "import os\ndef b():\n    os.system('x')\n    os.system('y')\n",
        }
    )
    (problem,) = dangerous(repo.fact("remote_code"), advice="take it out", of_spaces=[])
    way = "config.json -> modeling_x.py -> a.py -> b.py:3"
    assert problem.message == f"{way}: os.system starts a process when it is loaded (in b), and 1 more of the kind; take it out"


HARMLESS = """
import copy, json, math, os, re, warnings
from dataclasses import dataclass, field
import torch
import torch.nn.functional as F
import sentencepiece as spm
from einops import rearrange
from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers import PreTrainedModel, PreTrainedTokenizer
from transformers.utils import logging
from .configuration_x import XConfig
try:
    from flash_attn import flash_attn_func
except ImportError:
    flash_attn_func = None
logger = logging.get_logger(__name__)
PATTERN = re.compile(r"[a-z]+")
@torch.jit.script
def gelu(x):
    return F.gelu(x)
@dataclass
class Output:
    logits: list = field(default_factory=lambda: [])
class XTokenizer(PreTrainedTokenizer):
    def __init__(self, vocab_file, **kwargs):
        with open(vocab_file, encoding="utf-8") as file:
            self.encoder = json.load(file)
        self.sp = spm.SentencePieceProcessor()
        self.sp.Load(vocab_file)
        super().__init__(**kwargs)
    def save_vocabulary(self, folder):
        with open(os.path.join(folder, "vocab.json"), "w") as file:
            file.write(json.dumps(self.encoder))
class XModel(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.layers = nn.ModuleList(copy.deepcopy(nn.Linear(1, 1)) for _ in range(2))
        self.forward = torch.compile(self.forward)
        self.eval()
        self.post_init()
        getattr(torch, config.torch_dtype)
        setattr(self, "x", 1)
    def forward(self, x):
        warnings.warn("slow")
        return checkpoint(self.layers, x)
"""


LARGE = [
    f"open({'a / ' * 3000}b, 'w')",
    "\n".join(f"open('/etc/{number}', 'w')" for number in range(5000)),
    "exec(" + " + ".join(f"a{number}" for number in range(900)) + ")\n",
    "".join(f"def f{number}():\n    f{number + 1}()\n" for number in range(8_000)),
    "x = " + ".".join(["os"] + ["system"] * 900) + "()\n",
    "import os\n" * 20_000,
    f"x = '{'QlpoOTFB' * 200_000}'\nimport base64\nbase64.b64decode(x)\n",
    "from os import " + ", ".join(f"a{number}" for number in range(8_000)),
    "import os\n" + "a = os.getcwd\na()\n" * 20_000,
]


@pytest.mark.parametrize("code", LARGE, ids=range(len(LARGE)))
def test_large_code_takes_seconds_and_ends_in_no_error(code: str) -> None:
    with ends(), contextlib.suppress(Unreadable):
        at_import(code)


CODINGS = [
    ("# -*- coding: utf-7 -*-\n", "utf-7"),
    ("#!/usr/bin/python\n# vim: set fileencoding=rot13 :\n", "rot13"),
    ("\n# coding=unicode_escape\n", "unicode_escape"),
    ("# coding: utf-8\n", None),
    ("# coding: UTF8\n# coding: utf-7\n", None),
    ("# coding: latin-1\n", None),
    ("# coding: iso_8859_15\n", None),
    ("x = 1\n# coding: utf-7\n", None),
    ("\n\n# coding: utf-7\n", None),
    ("", None),
]


@pytest.mark.parametrize(("code", "name"), CODINGS)
def test_a_coding_in_which_python_reads_something_else_is_told(code: str, name: str | None) -> None:
    repo = repository({"config.json": CONFIG, "modeling_x.py": f"{code}x = 2\n"})
    problems = list(dangerous(repo.fact("remote_code"), advice="take it out", of_spaces=[]))
    assert [f'the coding "{name}"' in problem.message for problem in problems] == ([True] if name else [])


def test_code_as_people_share_it_gives_nothing() -> None:
    assert look(repository({"config.json": CONFIG, "modeling_x.py": HARMLESS, "configuration_x.py": "XConfig = 1\n"})) == []


def test_a_handler_and_a_hubconf_are_looked_at() -> None:
    handler = "import requests\nclass EndpointHandler:\n    def __init__(self, path):\n        eval(path)\n    def __call__(self, data):\n        return requests.get(data)\n"
    hubconf = "import os\nfrom lib.net import net\ndef model():\n    os.system('x')\ndef _hidden():\n    os.system('y')\n"
    found = look(repository({"handler.py": handler, "hubconf.py": hubconf, "lib/net.py": "import os\nos.popen('x')\ndef net(): ...\n"}))
    assert found == [
        (2, "process", "import", "-"),
        (4, "evaluation", "load", "-"),
        (4, "process", "load", "-"),
        (6, "network", "use", "note"),
        (6, "process", "use", "note"),
    ]


def test_the_script_of_a_dataset_runs_when_it_is_loaded() -> None:
    script = "import datasets, requests\nclass Logs(datasets.GeneratorBasedBuilder):\n    def _generate_examples(self):\n        requests.get('x')\n"
    assert look(repository({"logs.py": script}, "dataset")) == [(4, "network", "load", "-")]
    assert look(repository({"marsh.py": "import os\nos.system('x')"}, "dataset")) == [(2, "process", "import", "-")]
    assert look(repository({"tools.py": "import os\nos.system('x')"}, "dataset")) == []


SPACE = [
    ("import subprocess, requests, os\nsubprocess.run('x')\nrequests.get('x')\nos.environ['HF_TOKEN']\n", []),
    ("import base64\nexec(base64.b64decode('eA=='))\n", [(2, "obfuscated", "import", "-")]),
    ("def f():\n    open('/root/.ssh/id_rsa')\n", [(2, "keys", "use", "-")]),
    ("import base64\nprint(base64.b64decode('eA=='))\n", []),
    ("import base64\nif __name__ == '__main__':\n    exec(base64.b64decode('eA=='))\n", [(3, "obfuscated", "import", "-")]),
]


@pytest.mark.parametrize(("code", "expected"), SPACE)
def test_of_a_space_only_what_is_hidden_is_told(code: str, expected: Found) -> None:
    assert look(repository({"app.py": code}, "space")) == expected


NOT_EXAMINED = [
    ("def f(:\n", Blocked, "modeling_x.py does not parse as Python"),
    ("print 'x'\n", Blocked, "modeling_x.py does not parse as Python"),
    (f"x = {'(' * 300}1{')' * 300}\n", Unreadable, "modeling_x.py nests too deep to be read as Python"),
    ("x = '\0'\n", Unreadable, "modeling_x.py holds a NUL character, so that it cannot be read as Python"),
    ("#" * 2_000_001, Unreadable, "modeling_x.py is larger than 2,000,000 bytes"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 99\n", Blocked, "modeling_x.py is a Git LFS pointer, not the file itself"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "error", "why"), NOT_EXAMINED, ids=[item[2] for item in NOT_EXAMINED])
def test_what_was_not_examined_is_never_clean(code: str, error: type[Obstacle], why: str) -> None:
    with pytest.raises(error) as raised:
        at_import(code)
    assert str(raised.value) == why


HANDED_ON = [
    ("from .tools import prepare\nprepare('x')", "from os import system as prepare", [(2, "process", "import", "-")]),
    ("from .tools import t\nt.popen('x')", "import os as t", [(2, "process", "import", "-")]),
    ("from .tools import run\nrun('x')", "import json\ndef run(x): ...", []),
    ("from .tools import dumps\ndumps('x')", "from json import dumps\nfrom os import system", []),
    ("from .tools import other\nother('x')", "from os import system", []),
]


@pytest.mark.parametrize(("code", "tools", "expected"), HANDED_ON)
def test_what_a_module_beside_it_imports_is_told_where_it_is_called(code: str, tools: str, expected: Found) -> None:
    assert look(repository({"config.json": CONFIG, "modeling_x.py": code, "tools.py": tools})) == expected


@pytest.mark.parametrize(("mark", "encoding"), [("\ufeff", "utf-8"), ("", "utf-16")])
def test_a_configuration_with_a_byte_order_mark_is_followed(mark: str, encoding: str) -> None:
    files = {"config.json": f"{mark}{CONFIG}".encode(encoding), "modeling_x.py": b"import os\nos.system('x')"}
    assert look(Repository(Memory(files), Identity("model", "fenlab/marsh", told=True))) == [(2, "process", "import", "-")]


def test_code_of_another_repository_is_not_examined() -> None:
    repo = repository({"config.json": CONFIG.replace("modeling_x", "other/repo--modeling_x")})
    with pytest.raises(Blocked, match="the code lies in other/repo, which was not looked at") as raised:
        look(repo)
    assert raised.value.because == "remote-code-unpinned"


def test_the_table_of_names_is_well_formed_and_sorted() -> None:
    folder = data_folder("schemas") / "code"
    held, schema = (json.loads((folder / name).read_bytes()) for name in ("dangers.json", "dangers.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(held)
    assert set(held["names"].values()) <= set(held["kinds"])
    assert list(held["names"]) == sorted(held["names"])
    assert all(Table(held).names.get(f"{name.rpartition('.')[0]}.*") for name in held["harmless"])


# Kinds that no name alone has: what is called decides together with what it is given, or no call is needed at all.
OF_WHAT_IS_GIVEN = {"keys", "obfuscated", "encoded", "fetched"}


@pytest.mark.parametrize("kind", sorted(json.loads((data_folder("schemas") / "code" / "dangers.json").read_bytes())["kinds"]))
def test_every_kind_has_a_case(kind: str) -> None:
    held = json.loads((data_folder("schemas") / "code" / "dangers.json").read_bytes())
    assert kind in {case[2] for case in DANGERS}
    assert (kind in held["names"].values()) == (kind not in OF_WHAT_IS_GIVEN)


KINDS = [
    ("subprocess.run", "process"),
    ("subprocess.Popen().communicate", None),
    ("subprocess.TimeoutExpired", None),
    ("paramiko.client.SSHClient", "network"),
    ("urllib.request.OpenerDirector().open", None),
    ("run", None),
    ("", None),
    ("()", None),
]


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_name_below_another_one_is_of_its_kind(name: str, kind: str | None) -> None:
    assert Table(json.loads((data_folder("schemas") / "code" / "dangers.json").read_bytes())).kind(name) == kind
