"""Which packages are looked at, and which of their modules are left out and why."""

from __future__ import annotations

from typing import NamedTuple


class Package(NamedTuple):
    """A distribution: the modules to walk, the parts of module names that are left out, and modules whose public functions
    of arrays are kept as values by estimators and layers.

    What is left out is code for building, testing, drawing, fetching and serving, none of which a trained model holds.
    """

    distribution: str
    roots: tuple[str, ...]
    skip: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()


_NEVER = ("tests", "testing", "conftest", "_build_utils", "setup", "examples", "__main__")
PACKAGES = (
    Package("torch", ("torch.nn", "torch.optim", "torch.ao.nn", "torch.ao.quantization", "torch._C._nn"), (*_NEVER, "parallel", "attention", "fx", "pt2e", "backend_config"), ("torch.nn.functional", "torch._C._nn", "torch.nn.init")),
    Package("torchvision", ("torchvision.models", "torchvision.ops", "torchvision.transforms"), (*_NEVER, "_api")),
    Package("scikit-learn", ("sklearn",), (*_NEVER, "externals", "datasets", "experimental", "_testing", "_mocking", "callback", "_plot"), ("sklearn.metrics", "sklearn.feature_selection", "sklearn.feature_extraction", "sklearn.preprocessing", "sklearn.kernel_approximation", "sklearn.covariance", "sklearn.gaussian_process", "sklearn.decomposition", "sklearn.neural_network", "sklearn.cluster", "sklearn.linear_model", "sklearn.neighbors", "sklearn.svm", "sklearn.manifold", "sklearn.ensemble", "sklearn.tree", "sklearn.mixture", "sklearn.semi_supervised", "sklearn.cross_decomposition", "sklearn.random_projection", "sklearn.impute", "sklearn.isotonic", "sklearn.inspection", "sklearn.model_selection._split")),
    Package("scipy", ("scipy.sparse", "scipy.spatial", "scipy.interpolate", "scipy.optimize", "scipy.special", "scipy.stats", "scipy.signal"), (*_NEVER, "_testutils", "_mptestutils", "_precompute")),
    Package("numpy", ("numpy",), (*_NEVER, "f2py", "distutils", "_pyinstaller", "ctypeslib", "_datasource", "npyio", "_npyio_impl", "typing", "_typing")),
    Package("pandas", ("pandas",), (*_NEVER, "io", "plotting", "_testing", "computation", "util", "_config", "compat", "errors")),
    Package("lightgbm", ("lightgbm.sklearn",)),
    Package("xgboost", ("xgboost.sklearn",)),
    Package("imbalanced-learn", ("imblearn",), (*_NEVER, "datasets", "keras", "tensorflow")),
    Package("timm", ("timm.layers", "timm.models"), (*_NEVER, "_hub", "_builder")),
    Package("accelerate", ("accelerate.utils.dataclasses", "accelerate.state"), _NEVER),
    Package("transformers", ("transformers.training_args", "transformers.training_args_seq2seq", "transformers.trainer_utils", "transformers.trainer_pt_utils", "transformers.trainer_callback", "transformers.optimization", "transformers.activations", "transformers.debug_utils", "transformers.utils.generic", "transformers.configuration_utils", "transformers.generation.configuration_utils", "transformers.models.bert", "transformers.models.roberta", "transformers.models.distilbert", "transformers.models.gpt2", "transformers.models.t5", "transformers.models.vit", "transformers.models.llama", "transformers.models.whisper", "transformers.models.wav2vec2", "transformers.models.clip"), (*_NEVER, "tokenization", "processing", "feature_extraction")),
    Package("trl", ("trl.trainer",), _NEVER),
    Package("peft", ("peft.config", "peft.utils.peft_types", "peft.tuners"), _NEVER),
    Package("sentence-transformers", ("sentence_transformers.training_args", "sentence_transformers.models"), _NEVER),
    Package("pytorch-lightning", ("pytorch_lightning.callbacks", "pytorch_lightning.utilities.parsing", "pytorch_lightning.utilities.enums", "pytorch_lightning.trainer.states"), _NEVER),
    Package("lightning-fabric", ("lightning_fabric.utilities.data", "lightning_fabric.utilities.enums"), _NEVER),
    Package("lightning", ("lightning.pytorch.callbacks", "lightning.pytorch.utilities.parsing", "lightning.pytorch.utilities.enums", "lightning.pytorch.trainer.states", "lightning.fabric.utilities.data", "lightning.fabric.utilities.enums"), _NEVER),
    Package("omegaconf", ("omegaconf",), (*_NEVER, "grammar", "resolvers")),
    Package("ultralytics", ("ultralytics.nn.modules", "ultralytics.nn.tasks", "ultralytics.utils.loss", "ultralytics.utils.tal"), _NEVER),
)  # fmt: skip
# An older generation of the same, for the names that files of those years hold.
OLDER = tuple(package for package in PACKAGES if package.distribution in {"scikit-learn", "scipy", "numpy", "pandas"})
SURVEYS: dict[str, tuple[Package, ...]] = {"2023": OLDER, "2026": PACKAGES}
