"""Upload a folder to the Hub, and only if it is fit: python upload.py FOLDER NAMESPACE/NAME [model|dataset|space]."""

from __future__ import annotations

import sys

from huggingface_hub import HfApi

from cardlint import check
from cardlint.errors import CardlintError


def upload(folder: str, repo_id: str, kind: str = "model") -> None:
    """Raises CardlintError before anything is asked of the Hub."""
    check(folder, kind=kind).require()
    api = HfApi()
    api.create_repo(repo_id, repo_type=kind, exist_ok=True)
    api.upload_folder(folder_path=folder, repo_id=repo_id, repo_type=kind)


if __name__ == "__main__":
    try:
        upload(*sys.argv[1:])
    except CardlintError as error:
        sys.exit(f"nothing was uploaded: {error}")
