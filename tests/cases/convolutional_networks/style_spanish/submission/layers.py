# -*- coding: utf-8 -*-
from __future__ import annotations

import math
from typing import Any, Dict, Optional, Tuple

import numpy as np

Arreglo = np.ndarray


def affine_forward(x: Arreglo, w: Arreglo, b: Arreglo) -> Tuple[Arreglo, Tuple[Arreglo, ...]]:
    """Capa afín: aplana cada ejemplo y multiplica."""
    plano = x.reshape(x.shape[0], math.prod(x.shape[1:]))
    salida = np.tensordot(plano, w, axes=1) + b
    return salida, (x, w, b)


def affine_backward(dout: Arreglo, cache: Any) -> Tuple[Arreglo, Arreglo, Arreglo]:
    x, w, _ = cache
    plano = x.reshape(x.shape[0], -1)
    dx = np.tensordot(dout, w, axes=(1, 1)).reshape(x.shape)
    dw = np.tensordot(plano, dout, axes=(0, 0))
    return dx, dw, np.add.reduce(dout)


def relu_forward(x: Arreglo) -> Tuple[Arreglo, Arreglo]:
    return (x + np.abs(x)) / 2, x


def relu_backward(dout: Arreglo, cache: Arreglo) -> Arreglo:
    return dout * np.heaviside(cache, 0)


def softmax_loss(x: Arreglo, y: Arreglo) -> Tuple[float, Arreglo]:
    n = float(x.shape[0])
    exponenciales = np.exp(x - np.amax(x, axis=1)[:, None])
    sumas = exponenciales.sum(axis=1)
    correctas = np.choose(y, x.T) - np.amax(x, axis=1)  # puntaje de la clase correcta
    perdida = float(np.sum(np.log(sumas) - correctas) / n)
    dx = exponenciales / sumas[:, None]
    for i, clase in enumerate(y):
        dx[i, clase] -= 1
    dx /= n
    return perdida, dx


def conv_forward_naive(x: Arreglo, w: Arreglo, b: Arreglo, conv_param: Dict[str, int]):
    """Convolución: un ciclo sobre los píxeles del filtro, no sobre los de la imagen."""
    paso, borde = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, alto, ancho = w.shape
    alto_salida = 1 + (H + 2 * borde - alto) // paso
    ancho_salida = 1 + (W + 2 * borde - ancho) // paso
    xb = np.zeros((N, C, H + 2 * borde, W + 2 * borde), dtype=np.result_type(x, w))
    xb[..., borde:borde + H, borde:borde + W] = x
    salida = np.zeros((N, F, alto_salida, ancho_salida), dtype=xb.dtype)
    for p in range(alto):
        for q in range(ancho):
            trozo = xb[:, :, p:p + paso * alto_salida:paso, q:q + paso * ancho_salida:paso]
            trozo = trozo[:, :, :alto_salida, :ancho_salida]
            salida += np.tensordot(w[:, :, p, q], trozo, axes=(1, 1)).transpose(1, 0, 2, 3)
    salida = salida + np.expand_dims(b, (1, 2))
    return salida, {"xb": xb, "w": w, "paso": paso, "borde": borde, "forma": x.shape}


def conv_backward_naive(dout: Arreglo, cache: Dict[str, Any]):
    xb, w, paso, borde = cache["xb"], cache["w"], cache["paso"], cache["borde"]
    _, _, H, W = cache["forma"]
    _, _, alto, ancho = w.shape
    hs, ws = dout.shape[2:]
    dxb, dw = np.zeros_like(xb), np.empty_like(w)
    for p in range(alto):
        for q in range(ancho):
            filas = slice(p, p + paso * (hs - 1) + 1, paso)
            columnas = slice(q, q + paso * (ws - 1) + 1, paso)
            dw[:, :, p, q] = np.tensordot(dout, xb[:, :, filas, columnas], axes=((0, 2, 3), (0, 2, 3)))
            dxb[:, :, filas, columnas] += np.tensordot(w[:, :, p, q], dout, axes=(0, 1)).swapaxes(0, 1)
    return dxb[:, :, borde:borde + H, borde:borde + W], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x: Arreglo, pool_param: Dict[str, int]):
    alto, ancho, paso = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    hs = (x.shape[2] - alto) // paso + 1
    ws = (x.shape[3] - ancho) // paso + 1
    mejor: Optional[Arreglo] = None
    quien = None
    # Se recorre la ventana; gana quien sea estrictamente mayor, así el primero se queda.
    for k in range(alto * ancho):
        p, q = divmod(k, ancho)
        valor = x[:, :, p:p + paso * (hs - 1) + 1:paso, q:q + paso * (ws - 1) + 1:paso]
        if mejor is None:
            mejor, quien = valor.copy(), np.zeros(valor.shape, dtype=int)
        else:
            gana = ~(valor <= mejor) & (mejor == mejor)  # un NaN gana y se queda
            mejor[gana] = valor[gana]
            quien[gana] = k
    return mejor, (x.shape, quien, pool_param)


def max_pool_backward_naive(dout: Arreglo, cache: Any) -> Arreglo:
    forma, quien, parametros = cache
    paso = parametros["stride"]
    hs, ws = quien.shape[2:]
    dx = np.zeros(forma)
    for k in range(parametros["pool_height"] * parametros["pool_width"]):
        p, q = divmod(k, parametros["pool_width"])
        destino = dx[:, :, p:p + paso * (hs - 1) + 1:paso, q:q + paso * (ws - 1) + 1:paso]
        destino += np.where(quien == k, dout, 0.0)
    return dx


def spatial_batchnorm_forward(x: Arreglo, gamma: Arreglo, beta: Arreglo, bn_param: Dict[str, Any]):
    """Sin pasar por la versión de dos dimensiones: los ejes se suman directamente."""
    ejes = (0, 2, 3)
    canal = lambda v: np.asarray(v).reshape(1, -1, 1, 1)
    eps = bn_param.get("eps", 1e-5)
    inercia = bn_param.get("momentum", 0.9)
    media_movil = bn_param.get("running_mean", np.zeros(x.shape[1]))
    var_movil = bn_param.get("running_var", np.zeros(x.shape[1]))
    entrenando = bn_param["mode"] == "train"
    if entrenando:
        media, varianza = x.mean(axis=ejes), x.var(axis=ejes)
        bn_param["running_mean"] = inercia * media_movil + (1 - inercia) * media
        bn_param["running_var"] = inercia * var_movil + (1 - inercia) * varianza
    else:
        media, varianza = media_movil, var_movil
    desviacion = np.sqrt(varianza + eps)
    normal = (x - canal(media)) / canal(desviacion)
    return canal(gamma) * normal + canal(beta), (normal, desviacion, gamma, entrenando)


def spatial_batchnorm_backward(dout: Arreglo, cache: Any):
    normal, desviacion, gamma, entrenando = cache
    ejes = (0, 2, 3)
    dbeta = dout.sum(axis=ejes)
    dgamma = (dout * normal).sum(axis=ejes)
    cuantos = dout.size / dout.shape[1]
    dx = dout
    if entrenando:
        dx = dout - dbeta.reshape(-1, 1, 1) / cuantos - normal * dgamma.reshape(-1, 1, 1) / cuantos
    dx = dx * (gamma / desviacion).reshape(-1, 1, 1)
    return dx, dgamma, dbeta
