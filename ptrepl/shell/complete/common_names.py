"""The names of torch that programs write most: Tab offers them before the hundreds of others."""

from __future__ import annotations

_TENSORS = """
abs all any argmax argmin argsort backward bool chunk clamp clone copy_ cos cpu cuda cumsum data detach device dim dot
dtype exp expand eq flatten flip float gather ge grad grad_fn gt half index_select int is_leaf isnan item le log
log_softmax long lt masked_fill matmul max mean median min mm mul multinomial mT ndim ne nonzero norm numel numpy
permute pow prod relu repeat requires_grad requires_grad_ reshape round scatter_ shape sigmoid sin size softmax sort
split sqrt squeeze std stride sub sum T t tanh to tolist topk transpose tril triu type unbind unique unsqueeze var
view where
"""  # not a sentence: names
_FUNCTIONS = """
allclose arange as_tensor autograd bmm bfloat16 bool cat cdist cross cuda einsum empty equal eye float32 float64 full
full_like from_numpy Generator int32 int64 isclose lerp linalg linspace load logspace manual_seed maximum meshgrid
minimum nn no_grad normal numel ones ones_like optim outer rand randint randn randn_like randperm save
set_default_dtype stack tensor Tensor uint8 utils vstack zeros zeros_like
"""  # not a sentence: names
_LAYERS = """
AdaptiveAvgPool2d add_module apply AvgPool2d BatchNorm1d BatchNorm2d BCELoss BCEWithLogitsLoss children Conv1d Conv2d
ConvTranspose2d CrossEntropyLoss cross_entropy Dropout Embedding eval Flatten forward functional GELU GRU init L1Loss
LayerNorm Linear load_state_dict LSTM MaxPool2d max_pool2d Module ModuleDict ModuleList modules mse_loss MSELoss
MultiheadAttention named_parameters one_hot Parameter parameters ReLU register_buffer RNN Sequential Sigmoid Softmax
state_dict Tanh train training Transformer weight bias zero_grad
"""  # not a sentence: names
_TRAINING = """
Adam AdamW SGD RMSprop lr_scheduler StepLR CosineAnnealingLR step param_groups data DataLoader Dataset TensorDataset
random_split Subset vector_norm matrix_norm solve inv det eigh svd qr
"""  # not a sentence: names
COMMON_NAMES = frozenset((_TENSORS + _FUNCTIONS + _LAYERS + _TRAINING).split())
"""Of tensors, of ``torch``, ``nn``, ``F`` and ``optim`` alike: a name that is none of the owner's is never offered."""
