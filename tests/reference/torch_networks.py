"""The networks in plain torch.nn, with torchvision's names or kuangliu's: oracle and rival."""

import torch
from torch import nn
from torch.nn import functional

NAMES = {"torchvision": ("downsample", "fc"), "kuangliu": ("shortcut", "linear")}


class Block(nn.Module):
    """relu(bn(conv(relu(bn(conv(x))))) + x), the first convolution and the projection of x with a
    stride.
    """

    def __init__(self, inputs, outputs, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        projects = stride != 1 or inputs != outputs
        layers = (
            (nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            if projects
            else ()
        )
        setattr(self, shortcut, nn.Sequential(*layers))
        self.shortcut_name = shortcut

    def forward(self, x):
        inner = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(inner)) + getattr(self, self.shortcut_name)(x))


class ResNet(nn.Module):
    """ResNet-10, -18 or -34 with either stem."""

    def __init__(
        self, n_classes, depth=18, stem="cifar", width=64, names="torchvision", in_channels=3
    ):
        super().__init__()
        shortcut, self.last = NAMES[names]
        self.stem = stem
        if stem == "cifar":
            self.conv1 = nn.Conv2d(in_channels, width, 3, 1, 1, bias=False)
        else:
            self.conv1 = nn.Conv2d(in_channels, width, 7, 2, 3, bias=False)
            self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage, n_blocks in enumerate(
            {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}[depth]
        ):
            outputs, strides = width * 2**stage, [1 if stage == 0 else 2] + [1] * (n_blocks - 1)
            entering = [inputs] + [outputs] * (len(strides) - 1)
            blocks = [
                Block(into, outputs, stride, shortcut)
                for into, stride in zip(entering, strides, strict=True)
            ]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = outputs
        setattr(self, self.last, nn.Linear(inputs, n_classes))

    def features(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        if self.stem == "imagenet":
            x = self.maxpool(x)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return functional.adaptive_avg_pool2d(x, 1).flatten(1)

    def forward(self, x):
        return getattr(self, self.last)(self.features(x))


class VGG(nn.Module):
    """VGG-11 or -16 without batch norm; torchvision's classifier (without dropout), or a single
    linear layer.
    """

    def __init__(self, n_classes, depth=11, head="cifar", width=64, in_channels=3):
        super().__init__()
        layers, inputs = [], in_channels
        for growth, n_convolutions in zip(
            (1, 2, 4, 8, 8), {11: (1, 1, 2, 2, 2), 16: (2, 2, 3, 3, 3)}[depth], strict=True
        ):
            for _ in range(n_convolutions):
                layers += [nn.Conv2d(inputs, growth * width, 3, padding=1), nn.ReLU()]
                inputs = growth * width
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        if head == "cifar":
            self.avgpool, self.classifier = nn.AdaptiveAvgPool2d(1), nn.Linear(inputs, n_classes)
        else:
            hidden = 64 * width
            self.avgpool = nn.AdaptiveAvgPool2d(7)
            first, second = nn.Linear(inputs * 49, hidden), nn.Linear(hidden, hidden)
            layers = [
                first,
                nn.ReLU(),
                nn.Dropout(0.0),
                second,
                nn.ReLU(),
                nn.Dropout(0.0),
                nn.Linear(hidden, n_classes),
            ]
            self.classifier = nn.Sequential(*layers)

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
