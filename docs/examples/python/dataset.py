"""Upload a dataset with its card, and only if they are fit together: python dataset.py CARD.md ROWS.csv NAMESPACE/NAME.

`Dataset.push_to_hub` writes the card last, after the data, into what the Hub has already: nothing can be checked before it.
So the repository is made as a folder, checked, and uploaded as it was checked.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from datasets import Dataset
from huggingface_hub import HfApi

from cardlint import check
from cardlint.errors import CardlintError


def upload(dataset: Dataset, card: str, repo_id: str) -> None:
    """Raises CardlintError before anything is asked of the Hub."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data").mkdir()
        dataset.to_parquet(Path(folder, "data", "train-00000-of-00001.parquet"))
        shutil.copyfile(card, Path(folder, "README.md"))
        check(folder, kind="dataset").require()
        api = HfApi()
        api.create_repo(repo_id, repo_type="dataset", exist_ok=True)
        api.upload_folder(folder_path=folder, repo_id=repo_id, repo_type="dataset")


if __name__ == "__main__":
    try:
        upload(Dataset.from_csv(sys.argv[2]), sys.argv[1], sys.argv[3])
    except CardlintError as error:
        sys.exit(f"nothing was uploaded: {error}")
