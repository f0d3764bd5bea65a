"""A shell of IPython, as a terminal has it, in which a student checks two functions."""

CELLS = (
    "%load_ext grader",
    "%grade affine_forward",
    "import numpy as np\ndef relu_forward(x):\n    return np.abs(x), x",
    "%grade relu_forward",
)

if __name__ == "__main__":
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance(colors="nocolor")
    for cell in CELLS:
        shell.run_cell(cell, store_history=True).raise_error()
