import torch
import torch.nn.functional as F
from torch import nn

device = torch.device("cpu")

# %reset now
# %reset
# %tb
# %debug
# %explain
# %save
# %save a.txt
