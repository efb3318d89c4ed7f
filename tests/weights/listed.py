"""What the public record names: advisories and mechanisms, each of which has a malicious case and a harmless one here or in a test.

The ids are kept apart from the cases, so that an id without cases is noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# Against picklescan, then fickling; GHSA-v7x6 is known by its beginning alone, and of GHSA-hgrh nobody published what it is about.
GHSA = """
3gf5-cxq9-w223 j343-8v2j-ff7w 3vg9-h568-4w9m 6w4w-5w54-rjvr 7cq8-mj8x-j263 8r4j-24qv-fmq9 9xph-j2h6-g47v m869-42cg-3xwr
49gj-c84q-6qm9 9w88-8rmg-7g2p x696-vm39-cp64 6vqj-c2q5-j97w 7wx9-6375-f5wh 5qwp-399c-mjwf g344-hcph-8vgg fqq6-7vqf-w3fg v7x6
cj3c-v495-4xqh f54q-57x4-jg88 p9w7-82w4-7q8m vvpj-8cmc-gx39 84r2-jw7c-4r5q 46h3-79wf-xr6c 955r-x9j8-7rhh 655q-fx9r-782v
xp4f-hrf8-rxw7 vqmv-47xg-9wpr 4675-36f9-wf6r m273-6v24-x4m4 q77w-mwjj-7mqx 9726-w42j-3qjr m7j5-r2p5-c39r 9m3x-qqw2-h32h
g38g-8gr9-h9xp 4r9r-ch6f-vxmx 4whj-rm5r-c2v8 f745-w6jp-hpxx jhph-76pp-mggw 86cj-95qr-2p4f f4x7-rfwp-v3xw vr7h-p6mm-wpmh
vv6j-3g6g-2pvj h3qp-7fh3-f8h4 r8g5-cgf2-4m4m jgw4-cr84-mqxg 769v-p64c-89pr mjqp-26hc-grxg f7qq-56ww-84cr 7q5r-7gvp-wc82
w8jq-xcqf-f792 9gvj-pp9x-gcfr 97f8-7cmv-76j2 hgrh-qx5j-jfwx
r7v6-mfhq-g3m2 565g-hwwr-4pp3 wfq2-52f7-7qvj q5qq-mvfm-j35x p523-jq9w-64x9 5hvc-6wx8-mvv4 h4rm-mm56-xf63 5hwf-rc88-82xm
mxhj-88fx-4pcv 5j3x-jp52-966f cffv-grgg-g429 6ggj-6f2q-f7mx wccx-j62j-r448 fphw-536r-4p88
"""
# picklescan's; Keras; torch; joblib, scikit-learn, numpy; ONNX; GGUF and templates; NeMo; skops; R. The last three are unverified.
CVE = """
2025-1716 2025-10155 2025-1889 2025-10156 2025-10157 2025-1944 2025-1945
2024-3660 2025-9905 2025-1550 2025-8747 2025-9906 2025-49655 2025-12058 2025-12060 2026-1669
2025-32434 2026-24747 2026-4538 2022-45907 2024-48063 2024-5480 2024-34997 2020-13092 2019-6446
2022-25882 2024-27318 2025-51480 2026-34447 2024-5187 2024-34359 2024-23496 2025-23304 2025-23249 2025-23250 2025-23360
2025-54412 2025-54413 2025-54886 2024-27322
2024-42480 2025-33253 2026-24157
"""
MECHANISMS = """
family-imports family-code-objects family-processes family-network family-databases family-nested-loaders family-code-loaders
family-evaluators family-reflection family-dotted
modelscan-262 modelscan-263 modelscan-311 modelscan-330 modelscan-338 modelscan-348
trap-load-from-bytes trap-codecs-encode trap-reconstructor trap-partial trap-numpy-load trap-dill-create trap-torchscript-types
trap-getattr trap-module-prefix
memo-numbering stack-global-decoys call-inst call-obj call-newobj call-newobj-ex call-build extension-codes escaped-names broken-end
several-streams padding frames computed-magic expansion-memo expansion-dup deep-nesting inert-bytes python-2-names
zip-crc-directory zip-crc-local zip-local-name zip-local-flags zip-directory-flags zip-method zip-duplicate zip-nul-name zip-prefix
zip-suffix zip-two-tops zip-deflated zip-end-far zip-end-comment zip-zip64 zip-encrypted zip-traversal zip-absolute zip-symlink
zip-in-zip zip-foreign-extension polyglot 7z-as-pt tar-as-pt tar-traversal tar-absolute tar-symlink tar-hardlink tar-device
tar-duplicate torch-tar torch-legacy-rest npy-raw-pickle npy-in-pt npy-structured npy-version-3 npz-raw-member npz-objects
joblib-zlib joblib-zfile packed-gzip packed-bzip2 packed-xz packed-lzma extension-safetensors extension-h5 extension-sav
extension-none torchscript-constants torchscript-code pt2-pickle mar-handler
keras-lambda-h5 hdf5-external-storage hdf5-virtual onnx-domain onnx-function onnx-pyop savedmodel-files savedmodel-py-func
savedmodel-save-path savedmodel-library savedmodel-table gguf-duplicate-keys gguf-template template-named template-processor
template-include hydra-target skops-unknown-type r-bytecode safetensors-overlap safetensors-gap safetensors-trailing
safetensors-duplicate safetensors-header coreml-custom openvino-entity executable native-library bytecode pickle-as-skops
"""
IDS = frozenset({*(f"GHSA-{item}" for item in GHSA.split()), *(f"CVE-{item}" for item in CVE.split()), *MECHANISMS.split()})


class Case(NamedTuple):
    """A file by its name and content. `ids` are those it stands for, one or several; `beside` as a context has it."""

    ids: str
    what: str
    file: str
    content: bytes
    beside: Callable[[str], str | None] | None = None

    @property
    def name(self) -> str:
        """What a test of it is called."""
        return f"{self.ids} {self.what}"
