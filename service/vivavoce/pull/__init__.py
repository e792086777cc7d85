"""`vivavoce pull`: published models, by name, into the model directory.

published → which files a name stands for; download (over web) → one file, resumed and checked;
place → the whole folder
"""

from vivavoce.pull.download import Downloads
from vivavoce.pull.place import Progress, pull
from vivavoce.pull.published import OWN, Published, PullError, read

__all__ = ["OWN", "Downloads", "Progress", "Published", "PullError", "pull", "read"]
