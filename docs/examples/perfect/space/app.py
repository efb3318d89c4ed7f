"""A page with one field: type a letter, see its subject."""

import gradio as gr
from transformers import pipeline

sort = pipeline(
    "text-classification",
    model="tidewater/harbour-letters-distilbert",
    revision="9f8e7d6c5b4a39281706f5e4d3c2b1a009182736",
)


def subject(letter: str) -> dict[str, float]:
    """The subjects of a letter with their probabilities."""
    return {found["label"]: found["score"] for found in sort(letter, top_k=None)}


gr.Interface(subject, gr.Textbox(label="Letter", lines=8), gr.Label(label="Subject"), title="Harbour letters").launch()
