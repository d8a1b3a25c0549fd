# Written by tools/write_types.py; do not edit.
# pyright: basic, reportGeneralTypeIssues=false, reportIncompatibleMethodOverride=false
# pyright: reportPrivateUsage=false
import collections.abc
import takens._plugins.registry
import takens._protocols.backend
import takens._protocols.dataset
import takens._protocols.device
import takens._protocols.figure
import takens._protocols.integrator
import takens._protocols.metric
import takens._protocols.model
import takens._protocols.optimiser
import takens._protocols.portrait
import takens._protocols.preparation
import takens._protocols.recipe
import takens._protocols.schedule
import takens._protocols.scheme
import takens._protocols.search
import takens._protocols.source
import takens._protocols.system
import takens_datasets.csv_file
import takens_datasets.edf_file
import takens_datasets.excel_file
import takens_datasets.hdf5_file
import takens_datasets.hudson_bay
import takens_datasets.matlab_file
import takens_datasets.npy_file
import takens_datasets.npz_file
import takens_datasets.parquet_file
import takens_datasets.simulated
import takens_datasets.statsmodels_series
import takens_datasets.torch_file
import takens_datasets.xarray_file
import takens_devices.auto
import takens_devices.cpu
import takens_devices.cuda
import takens_devices.mps
import takens_figures.attractor
import takens_figures.data_sheet
import takens_figures.forecast_curve
import takens_figures.forecast_fan
import takens_figures.loss_history
import takens_figures.lyapunov_convergence
import takens_figures.phase_portrait
import takens_figures.scaling_region
import takens_figures.spectra
import takens_figures.subject_space
import takens_figures.time_series
import takens_figures.trajectories
import takens_figures.vector_field
import takens_gp.dynamics.field_model
import takens_gp.dynamics.map_model
import takens_gp.kernels.brownian
import takens_gp.kernels.linear
import takens_gp.kernels.matern
import takens_gp.kernels.periodic
import takens_gp.kernels.rational_quadratic
import takens_gp.kernels.squared_exponential
import takens_gp.kernels.white
import takens_integrators.adapters.scipy_adapter
import takens_integrators.adapters.torchdiffeq_adapter
import takens_integrators.methods.bosh3
import takens_integrators.methods.dop853
import takens_integrators.methods.dopri5
import takens_integrators.methods.euler
import takens_integrators.methods.heun
import takens_integrators.methods.leapfrog
import takens_integrators.methods.midpoint
import takens_integrators.methods.rk38
import takens_integrators.methods.rk4
import takens_integrators.methods.rodas4
import takens_integrators.methods.tsit5
import takens_metrics.effects.mean_shift
import takens_metrics.effects.scale_ratio
import takens_metrics.effects.time_asymmetry
import takens_metrics.effects.time_scale_ratio
import takens_metrics.fates.other_attractors
import takens_metrics.fates.stability
import takens_metrics.forecasts.deviance
import takens_metrics.forecasts.forecast_curve
import takens_metrics.forecasts.prediction_error
import takens_metrics.forecasts.scaled_errors
import takens_metrics.forecasts.valid_prediction_time
import takens_metrics.from_data.correlation_dimension
import takens_metrics.from_data.lyapunov_from_data
import takens_metrics.geometry.joint_law_distance
import takens_metrics.geometry.moments_distance
import takens_metrics.geometry.return_map_distance
import takens_metrics.geometry.sliced_wasserstein
import takens_metrics.geometry.state_space_divergence
import takens_metrics.lyapunov.lyapunov_spectrum
import takens_metrics.lyapunov.max_lyapunov
import takens_metrics.lyapunov.spectrum_summaries
import takens_metrics.spectra.memory_distances
import takens_metrics.spectra.spectrum_correlation
import takens_metrics.spectra.spectrum_distance
import takens_models.baselines.linear_autoregression
import takens_models.baselines.persistence
import takens_models.continuous.augmented_neural_ode
import takens_models.continuous.known_ode
import takens_models.continuous.neural_ode
import takens_models.continuous.universal_ode
import takens_models.hierarchical.hierarchical
import takens_models.piecewise_linear.almost_linear_rnn
import takens_models.piecewise_linear.dendritic_plrnn
import takens_models.piecewise_linear.plrnn
import takens_models.piecewise_linear.shallow_plrnn
import takens_models.recurrent.echo_state_network
import takens_models.recurrent.gru
import takens_models.recurrent.lstm
import takens_models.recurrent.rnn
import takens_models.recurrent.shallow_rnn
import takens_native.backend
import takens_preparations.decimate
import takens_preparations.delays
import takens_preparations.detrend
import takens_preparations.difference
import takens_preparations.fill_gaps
import takens_preparations.low_pass
import takens_preparations.mask_outliers
import takens_preparations.principal_components
import takens_preparations.resample
import takens_preparations.standardise
import takens_preparations.transform
import takens_recipes.closed_forms
import takens_recipes.trained
import takens_schemes.closed_form
import takens_schemes.expectation_maximisation
import takens_schemes.generalised_teacher_forcing
import takens_schemes.least_squares
import takens_schemes.multiple_shooting
import takens_schemes.one_step
import takens_schemes.schedules
import takens_schemes.sparse_teacher_forcing
import takens_schemes.teacher_forcing
import takens_schemes.torch_optimiser
import takens_schemes.trajectory_matching
import takens_schemes.weak_constraint
import takens_searches.halving
import takens_systems.double_pendulum
import takens_systems.duffing
import takens_systems.electrocardiogram
import takens_systems.fitzhugh_nagumo
import takens_systems.harmonic_oscillator
import takens_systems.henon
import takens_systems.logistic
import takens_systems.lorenz63
import takens_systems.lorenz96
import takens_systems.lotka_volterra
import takens_systems.pendulum
import takens_systems.rossler
import takens_systems.van_der_pol
import torch
import typing

class Systems(takens._plugins.registry.Registry[takens._protocols.system.System]):
    @typing.overload
    def create(self, name: typing.Literal["lorenz63", "systems:lorenz63"], /, *, sigma: float | torch.Tensor = ..., rho: float | torch.Tensor = ..., beta: float | torch.Tensor = ...) -> takens_systems.lorenz63.Lorenz63: ...
    @typing.overload
    def create(self, name: typing.Literal["lorenz96", "systems:lorenz96"], /, *, dim: int = ..., forcing: float | torch.Tensor = ...) -> takens_systems.lorenz96.Lorenz96: ...
    @typing.overload
    def create(self, name: typing.Literal["rossler", "systems:rossler"], /, *, a: float | torch.Tensor = ..., b: float | torch.Tensor = ..., c: float | torch.Tensor = ...) -> takens_systems.rossler.Rossler: ...
    @typing.overload
    def create(self, name: typing.Literal["van_der_pol", "systems:van_der_pol"], /, *, mu: float | torch.Tensor = ..., form: typing.Literal['lienard', 'textbook'] = ...) -> takens_systems.van_der_pol.VanDerPol: ...
    @typing.overload
    def create(self, name: typing.Literal["lotka_volterra", "systems:lotka_volterra"], /, *, alpha: float | torch.Tensor = ..., beta: float | torch.Tensor = ..., delta: float | torch.Tensor = ..., gamma: float | torch.Tensor = ...) -> takens_systems.lotka_volterra.LotkaVolterra: ...
    @typing.overload
    def create(self, name: typing.Literal["harmonic_oscillator", "systems:harmonic_oscillator"], /, *, frequency: float | torch.Tensor = ..., damping: float | torch.Tensor = ...) -> takens_systems.harmonic_oscillator.HarmonicOscillator: ...
    @typing.overload
    def create(self, name: typing.Literal["pendulum", "systems:pendulum"], /, *, gravity: float | torch.Tensor = ..., length: float | torch.Tensor = ..., damping: float | torch.Tensor = ..., drive_amplitude: float | torch.Tensor = ..., drive_frequency: float | torch.Tensor = ...) -> takens_systems.pendulum.Pendulum: ...
    @typing.overload
    def create(self, name: typing.Literal["duffing", "systems:duffing"], /, *, damping: float | torch.Tensor = ..., linear: float | torch.Tensor = ..., cubic: float | torch.Tensor = ..., amplitude: float | torch.Tensor = ..., frequency: float | torch.Tensor = ..., input_dim: int = ...) -> takens_systems.duffing.Duffing: ...
    @typing.overload
    def create(self, name: typing.Literal["double_pendulum", "systems:double_pendulum"], /, *, mass1: float | torch.Tensor = ..., mass2: float | torch.Tensor = ..., length1: float | torch.Tensor = ..., length2: float | torch.Tensor = ..., gravity: float | torch.Tensor = ...) -> takens_systems.double_pendulum.DoublePendulum: ...
    @typing.overload
    def create(self, name: typing.Literal["fitzhugh_nagumo", "systems:fitzhugh_nagumo"], /, *, a: float | torch.Tensor = ..., b: float | torch.Tensor = ..., tau: float | torch.Tensor = ..., current: float | torch.Tensor = ..., input_dim: int = ...) -> takens_systems.fitzhugh_nagumo.FitzHughNagumo: ...
    @typing.overload
    def create(self, name: typing.Literal["electrocardiogram", "systems:electrocardiogram"], /, *, rate: float | torch.Tensor = ..., breathing: float | torch.Tensor = ..., arrhythmia: float | torch.Tensor = ...) -> takens_systems.electrocardiogram.Electrocardiogram: ...
    @typing.overload
    def create(self, name: typing.Literal["henon", "systems:henon"], /, *, a: float | torch.Tensor = ..., b: float | torch.Tensor = ...) -> takens_systems.henon.Henon: ...
    @typing.overload
    def create(self, name: typing.Literal["logistic", "systems:logistic"], /, *, r: float | torch.Tensor = ...) -> takens_systems.logistic.Logistic: ...

systems: Systems

class Integrators(takens._plugins.registry.Registry[takens._protocols.integrator.Integrator]):
    @typing.overload
    def create(self, name: typing.Literal["euler", "integrators:euler"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ...) -> takens_integrators.methods.euler.Euler: ...
    @typing.overload
    def create(self, name: typing.Literal["midpoint", "integrators:midpoint"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ...) -> takens_integrators.methods.midpoint.Midpoint: ...
    @typing.overload
    def create(self, name: typing.Literal["heun", "integrators:heun"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ...) -> takens_integrators.methods.heun.Heun: ...
    @typing.overload
    def create(self, name: typing.Literal["rk4", "integrators:rk4"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ...) -> takens_integrators.methods.rk4.RK4: ...
    @typing.overload
    def create(self, name: typing.Literal["rk38", "integrators:rk38"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ...) -> takens_integrators.methods.rk38.RK38: ...
    @typing.overload
    def create(self, name: typing.Literal["leapfrog", "integrators:leapfrog"], /, *, substeps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ...) -> takens_integrators.methods.leapfrog.Leapfrog: ...
    @typing.overload
    def create(self, name: typing.Literal["bosh3", "integrators:bosh3"], /, *, rtol: float = ..., atol: float = ..., max_steps: int = ..., batch_dims: int | None = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ..., alpha: float = ..., beta: float = ..., max_step: float | None = ...) -> takens_integrators.methods.bosh3.Bosh3: ...
    @typing.overload
    def create(self, name: typing.Literal["dopri5", "integrators:dopri5"], /, *, rtol: float = ..., atol: float = ..., max_steps: int = ..., batch_dims: int | None = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ..., alpha: float = ..., beta: float = ..., max_step: float | None = ...) -> takens_integrators.methods.dopri5.Dopri5: ...
    @typing.overload
    def create(self, name: typing.Literal["tsit5", "integrators:tsit5"], /, *, rtol: float = ..., atol: float = ..., max_steps: int = ..., batch_dims: int | None = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ..., alpha: float = ..., beta: float = ..., max_step: float | None = ...) -> takens_integrators.methods.tsit5.Tsit5: ...
    @typing.overload
    def create(self, name: typing.Literal["dop853", "integrators:dop853"], /, *, rtol: float = ..., atol: float = ..., max_steps: int = ..., batch_dims: int | None = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., backend: str = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ..., alpha: float = ..., beta: float = ..., max_step: float | None = ...) -> takens_integrators.methods.dop853.Dop853: ...
    @typing.overload
    def create(self, name: typing.Literal["rodas4", "integrators:rodas4"], /, *, rtol: float = ..., atol: float = ..., max_steps: int = ..., batch_dims: int | None = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ..., alpha: float = ..., beta: float = ..., max_step: float | None = ...) -> takens_integrators.methods.rodas4.Rodas4: ...
    @typing.overload
    def create(self, name: typing.Literal["scipy", "integrators:scipy"], /, *, method: typing.Literal['RK23', 'RK45', 'DOP853', 'Radau', 'BDF', 'LSODA'] = ..., rtol: float = ..., atol: float = ..., max_steps: int = ..., max_step: float | None = ..., batch_dims: int | None = ..., first_step: float | None = ...) -> takens_integrators.adapters.scipy_adapter.SciPy: ...
    @typing.overload
    def create(self, name: typing.Literal["torchdiffeq", "integrators:torchdiffeq"], /, *, method: typing.Literal['adaptive_heun', 'bosh3', 'dopri5', 'dopri8', 'fehlberg2'] | typing.Literal['euler', 'midpoint', 'rk4'] = ..., rtol: float = ..., atol: float = ..., max_steps: int = ..., gradient: typing.Literal['direct', 'adjoint'] = ..., max_step: float | None = ..., first_step: float | None = ..., safety: float = ..., smallest: float = ..., largest: float = ...) -> takens_integrators.adapters.torchdiffeq_adapter.TorchDiffEq: ...

integrators: Integrators

class Models(takens._plugins.registry.Registry[takens._protocols.model.Model]):
    @typing.overload
    def create(self, name: typing.Literal["gaussian_process_map", "gp:gaussian_process_map"], /, *, obs_dim: int, kernel: str = ..., points: int = ..., inducing: int = ..., smooth: bool = ..., seed: int = ...) -> takens_gp.dynamics.map_model.GaussianProcessMap: ...
    @typing.overload
    def create(self, name: typing.Literal["gaussian_process_field", "gp:gaussian_process_field"], /, *, obs_dim: int, kernel: str = ..., points: int = ..., inducing: int = ..., integrator: str = ..., seed: int = ...) -> takens_gp.dynamics.field_model.GaussianProcessField: ...
    @typing.overload
    def create(self, name: typing.Literal["shallow_plrnn", "models:shallow_plrnn"], /, *, obs_dim: int, latent_dim: int = ..., hidden_dim: int = ..., initialisation: typing.Literal['uniform', 'talathi'] = ..., seed: int = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., clipped: bool = ...) -> takens_models.piecewise_linear.shallow_plrnn.ShallowPLRNN: ...
    @typing.overload
    def create(self, name: typing.Literal["shallow_rnn", "models:shallow_rnn"], /, *, obs_dim: int, latent_dim: int = ..., hidden_dim: int = ..., activation: typing.Literal['silu', 'tanh', 'softplus'] = ..., seed: int = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ..., observation: typing.Literal['identity', 'affine', 'network'] = ...) -> takens_models.recurrent.shallow_rnn.ShallowRNN: ...
    @typing.overload
    def create(self, name: typing.Literal["plrnn", "models:plrnn"], /, *, obs_dim: int, latent_dim: int = ..., mean_centred: bool = ..., seed: int = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.piecewise_linear.plrnn.PLRNN: ...
    @typing.overload
    def create(self, name: typing.Literal["dendritic_plrnn", "models:dendritic_plrnn"], /, *, obs_dim: int, latent_dim: int = ..., bases: int = ..., clipped: bool = ..., seed: int = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.piecewise_linear.dendritic_plrnn.DendriticPLRNN: ...
    @typing.overload
    def create(self, name: typing.Literal["almost_linear_rnn", "models:almost_linear_rnn"], /, *, obs_dim: int, latent_dim: int = ..., relu_dim: int = ..., seed: int = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.piecewise_linear.almost_linear_rnn.AlmostLinearRNN: ...
    @typing.overload
    def create(self, name: typing.Literal["rnn", "models:rnn"], /, *, obs_dim: int, hidden_dim: int = ..., layers: int = ..., context_length: int = ..., memory: typing.Literal['restarted', 'carried'] = ..., activation: typing.Literal['relu', 'tanh'] = ..., seed: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.recurrent.rnn.RNN: ...
    @typing.overload
    def create(self, name: typing.Literal["lstm", "models:lstm"], /, *, obs_dim: int, hidden_dim: int = ..., layers: int = ..., context_length: int = ..., memory: typing.Literal['restarted', 'carried'] = ..., seed: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.recurrent.lstm.LSTM: ...
    @typing.overload
    def create(self, name: typing.Literal["gru", "models:gru"], /, *, obs_dim: int, hidden_dim: int = ..., layers: int = ..., context_length: int = ..., memory: typing.Literal['restarted', 'carried'] = ..., seed: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.recurrent.gru.GRU: ...
    @typing.overload
    def create(self, name: typing.Literal["echo_state_network", "models:echo_state_network"], /, *, obs_dim: int, hidden_dim: int = ..., spectral_radius: float = ..., input_scale: float = ..., leak: float = ..., density: float = ..., ridge: float = ..., context_length: int = ..., seed: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.recurrent.echo_state_network.EchoStateNetwork: ...
    @typing.overload
    def create(self, name: typing.Literal["linear_autoregression", "models:linear_autoregression"], /, *, obs_dim: int, context_length: int = ..., ridge: float = ..., seed: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ...) -> takens_models.baselines.linear_autoregression.LinearAutoregression: ...
    @typing.overload
    def create(self, name: typing.Literal["persistence", "models:persistence"], /, *, obs_dim: int) -> takens_models.baselines.persistence.Persistence: ...
    @typing.overload
    def create(self, name: typing.Literal["hierarchical", "models:hierarchical"], /, *, obs_dim: int, base: str | collections.abc.Mapping[str, typing.Any] = ..., features: int = ..., recordings: collections.abc.Sequence[str] = ..., shared: collections.abc.Sequence[str] = ..., feature_rate: float = ..., spread: float = ..., seed: int = ..., input_dim: int = ...) -> takens_models.hierarchical.hierarchical.Hierarchical: ...
    @typing.overload
    def create(self, name: typing.Literal["neural_ode", "models:neural_ode"], /, *, obs_dim: int, latent_dim: int = ..., width: int = ..., depth: int = ..., activation: typing.Literal['tanh', 'relu', 'leaky_relu', 'softplus', 'silu'] = ..., seed: int = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ..., widths: collections.abc.Sequence[int] = ..., activations: collections.abc.Sequence[str] = ..., integrator: str | collections.abc.Mapping[str, typing.Any] = ...) -> takens_models.continuous.neural_ode.NeuralODE: ...
    @typing.overload
    def create(self, name: typing.Literal["augmented_neural_ode", "models:augmented_neural_ode"], /, *, obs_dim: int, augmentation: int = ..., width: int = ..., depth: int = ..., activation: typing.Literal['tanh', 'relu', 'leaky_relu', 'softplus', 'silu'] = ..., seed: int = ..., observation: typing.Literal['identity', 'affine', 'network'] = ..., likelihood: str | collections.abc.Mapping[str, typing.Any] | collections.abc.Sequence[typing.Any] | None = ..., smoothing: float | typing.Literal['auto'] = ..., context_length: int = ..., network_width: int = ..., input_dim: int = ..., interpolation: typing.Literal['constant', 'linear', 'cubic'] = ..., widths: collections.abc.Sequence[int] = ..., activations: collections.abc.Sequence[str] = ..., integrator: str | collections.abc.Mapping[str, typing.Any] = ..., initial_state: typing.Literal['zeros', 'linear', 'encoder', 'warm_up'] = ...) -> takens_models.continuous.augmented_neural_ode.AugmentedNeuralODE: ...
    @typing.overload
    def create(self, name: typing.Literal["known_ode", "models:known_ode"], /, *, system: str, obs_dim: int | None = ..., parameters: collections.abc.Mapping[str, typing.Any] = ..., learn: collections.abc.Sequence[str] = ..., positive: collections.abc.Sequence[str] = ..., bounds: collections.abc.Mapping[str, collections.abc.Sequence[float]] = ..., initial: collections.abc.Sequence[float] = ..., spread: float = ..., learn_initial: bool = ..., integrator: str | collections.abc.Mapping[str, typing.Any] = ..., seed: int = ...) -> takens_models.continuous.known_ode.KnownODE: ...
    @typing.overload
    def create(self, name: typing.Literal["universal_ode", "models:universal_ode"], /, *, system: str, obs_dim: int | None = ..., parameters: collections.abc.Mapping[str, typing.Any] = ..., learn: collections.abc.Sequence[str] = ..., positive: collections.abc.Sequence[str] = ..., bounds: collections.abc.Mapping[str, collections.abc.Sequence[float]] = ..., initial: collections.abc.Sequence[float] = ..., spread: float = ..., width: int = ..., depth: int = ..., activation: typing.Literal['tanh', 'relu', 'leaky_relu', 'softplus', 'silu'] = ..., integrator: str | collections.abc.Mapping[str, typing.Any] = ..., seed: int = ..., widths: collections.abc.Sequence[int] = ..., activations: collections.abc.Sequence[str] = ...) -> takens_models.continuous.universal_ode.UniversalODE: ...

models: Models

class Schemes(takens._plugins.registry.Registry[takens._protocols.scheme.TrainingScheme[typing.Any]]):
    @typing.overload
    def create(self, name: typing.Literal["teacher_forcing", "schemes:teacher_forcing"], /, *, warm_up: int = ..., error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.teacher_forcing.TeacherForcing: ...
    @typing.overload
    def create(self, name: typing.Literal["sparse_teacher_forcing", "schemes:sparse_teacher_forcing"], /, *, every: int | typing.Literal['auto'] = ..., warm_up: int = ..., error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.sparse_teacher_forcing.SparseTeacherForcing: ...
    @typing.overload
    def create(self, name: typing.Literal["generalised_teacher_forcing", "schemes:generalised_teacher_forcing"], /, *, alpha: float | collections.abc.Sequence[float] | typing.Literal['auto'] = ..., every: int | typing.Literal['auto'] = ..., adapt: typing.Literal['none', 'annealed'] | typing.Literal['product_upper_bound', 'arithmetic_mean', 'batch_maximum'] = ..., annealing: int = ..., warm_up: int = ..., error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.generalised_teacher_forcing.GeneralisedTeacherForcing: ...
    @typing.overload
    def create(self, name: typing.Literal["trajectory_matching", "schemes:trajectory_matching"], /, *, gradient: typing.Literal['model', 'direct', 'adjoint'] = ..., horizon: int = ..., growing: int = ..., error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.trajectory_matching.TrajectoryMatching: ...
    @typing.overload
    def create(self, name: typing.Literal["multiple_shooting", "schemes:multiple_shooting"], /, *, segment: int = ..., continuity: float = ..., error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.multiple_shooting.MultipleShooting: ...
    @typing.overload
    def create(self, name: typing.Literal["weak_constraint", "schemes:weak_constraint"], /, *, segment: int = ..., model_error: float | typing.Literal['auto'] = ..., iterations: int = ..., pulled: int = ..., alpha: float = ..., regularisation: collections.abc.Mapping[str, float] = ...) -> takens_schemes.weak_constraint.WeakConstraint: ...
    @typing.overload
    def create(self, name: typing.Literal["expectation_maximisation", "schemes:expectation_maximisation"], /, *, segment: int = ..., model_error: float | typing.Literal['auto'] = ..., iterations: int = ..., pulled: int = ..., alpha: float = ..., regularisation: collections.abc.Mapping[str, float] = ...) -> takens_schemes.expectation_maximisation.ExpectationMaximisation: ...
    @typing.overload
    def create(self, name: typing.Literal["one_step", "schemes:one_step"], /, *, error: typing.Literal['mean_squared', 'mean_absolute', 'gaussian'] = ..., regularisation: collections.abc.Mapping[str, float] = ..., noise: float = ..., noisy_targets: bool = ...) -> takens_schemes.one_step.OneStep: ...
    @typing.overload
    def create(self, name: typing.Literal["least_squares", "schemes:least_squares"], /, *, initial_states: bool = ..., segment: int = ..., tolerance: float = ..., most_evaluations: int = ...) -> takens_schemes.least_squares.LeastSquares: ...
    @typing.overload
    def create(self, name: typing.Literal["closed_form", "schemes:closed_form"], /) -> takens_schemes.closed_form.ClosedForm: ...

schemes: Schemes

class Optimisers(takens._plugins.registry.Registry[takens._protocols.optimiser.Optimiser]):
    @typing.overload
    def create(self, name: typing.Literal["adadelta", "schemes:adadelta"], /, *, rho: float = ..., eps: float = ..., weight_decay: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["adafactor", "schemes:adafactor"], /, *, beta2_decay: float = ..., eps: collections.abc.Sequence[float] | None = ..., d: float = ..., weight_decay: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["adagrad", "schemes:adagrad"], /, *, lr_decay: float = ..., weight_decay: float = ..., initial_accumulator_value: float = ..., eps: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["adam", "schemes:adam"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ..., weight_decay: float = ..., amsgrad: bool = ..., decoupled_weight_decay: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["adamax", "schemes:adamax"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ..., weight_decay: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["adamw", "schemes:adamw"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ..., weight_decay: float = ..., amsgrad: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["asgd", "schemes:asgd"], /, *, lambd: float = ..., alpha: float = ..., t0: float = ..., weight_decay: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["lbfgs", "schemes:lbfgs"], /, *, max_iter: int = ..., max_eval: int | None = ..., tolerance_grad: float = ..., tolerance_change: float = ..., history_size: int = ..., line_search_fn: typing.Literal['strong_wolfe'] | None = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["muon", "schemes:muon"], /, *, weight_decay: float = ..., momentum: float = ..., nesterov: bool = ..., ns_coefficients: collections.abc.Sequence[float] = ..., eps: float = ..., ns_steps: int = ..., adjust_lr_fn: typing.Literal['original', 'match_rms_adamw'] | None = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["nadam", "schemes:nadam"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ..., weight_decay: float = ..., momentum_decay: float = ..., decoupled_weight_decay: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["radam", "schemes:radam"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ..., weight_decay: float = ..., decoupled_weight_decay: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["rmsprop", "schemes:rmsprop"], /, *, alpha: float = ..., eps: float = ..., weight_decay: float = ..., momentum: float = ..., centered: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["rprop", "schemes:rprop"], /, *, etas: collections.abc.Sequence[float] = ..., step_sizes: collections.abc.Sequence[float] = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["sgd", "schemes:sgd"], /, *, momentum: float = ..., dampening: float = ..., weight_decay: float = ..., nesterov: bool = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...
    @typing.overload
    def create(self, name: typing.Literal["sparse_adam", "schemes:sparse_adam"], /, *, betas: collections.abc.Sequence[float] = ..., eps: float = ...) -> takens_schemes.torch_optimiser.TorchOptimiser: ...

optimisers: Optimisers

class Schedules(takens._plugins.registry.Registry[takens._protocols.schedule.Schedule]):
    @typing.overload
    def create(self, name: typing.Literal["constant", "schemes:constant"], /, *, warm_up: int = ...) -> takens_schemes.schedules.Constant: ...
    @typing.overload
    def create(self, name: typing.Literal["cosine", "schemes:cosine"], /, *, warm_up: int = ...) -> takens_schemes.schedules.Cosine: ...
    @typing.overload
    def create(self, name: typing.Literal["exponential", "schemes:exponential"], /, *, warm_up: int = ...) -> takens_schemes.schedules.Exponential: ...

schedules: Schedules

class Metrics(takens._plugins.registry.Registry[takens._protocols.metric.SeriesMetric | takens._protocols.metric.RecordsMetric | takens._protocols.metric.DynamicsMetric | takens._protocols.metric.DevianceMetric]):
    @typing.overload
    def create(self, name: typing.Literal["max_lyapunov", "metrics:max_lyapunov"], /, *, steps: int | typing.Literal['auto'] = ..., transient: int | typing.Literal['auto'] = ..., qr_interval: int | typing.Literal['auto'] = ..., precision: float | None = ..., most_steps: int = ...) -> takens_metrics.lyapunov.max_lyapunov.MaxLyapunov: ...
    @typing.overload
    def create(self, name: typing.Literal["lyapunov_spectrum", "metrics:lyapunov_spectrum"], /, *, steps: int | typing.Literal['auto'] = ..., transient: int | typing.Literal['auto'] = ..., qr_interval: int | typing.Literal['auto'] = ..., precision: float | None = ..., most_steps: int = ..., count: int | typing.Literal['all'] = ...) -> takens_metrics.lyapunov.lyapunov_spectrum.LyapunovSpectrum: ...
    @typing.overload
    def create(self, name: typing.Literal["kaplan_yorke_dimension", "metrics:kaplan_yorke_dimension"], /, *, steps: int | typing.Literal['auto'] = ..., transient: int | typing.Literal['auto'] = ..., qr_interval: int | typing.Literal['auto'] = ..., precision: float | None = ..., most_steps: int = ...) -> takens_metrics.lyapunov.spectrum_summaries.KaplanYorkeDimension: ...
    @typing.overload
    def create(self, name: typing.Literal["kolmogorov_sinai_entropy", "metrics:kolmogorov_sinai_entropy"], /, *, steps: int | typing.Literal['auto'] = ..., transient: int | typing.Literal['auto'] = ..., qr_interval: int | typing.Literal['auto'] = ..., precision: float | None = ..., most_steps: int = ...) -> takens_metrics.lyapunov.spectrum_summaries.KolmogorovSinaiEntropy: ...
    @typing.overload
    def create(self, name: typing.Literal["lyapunov_from_data", "metrics:lyapunov_from_data"], /, *, method: typing.Literal['rosenstein', 'kantz'] = ..., theiler: int | typing.Literal['auto'] = ..., steps: int | typing.Literal['auto'] = ..., delays: int | typing.Literal['auto'] = ..., lag: int | typing.Literal['auto'] = ...) -> takens_metrics.from_data.lyapunov_from_data.LyapunovFromData: ...
    @typing.overload
    def create(self, name: typing.Literal["state_space_divergence", "metrics:state_space_divergence"], /, *, bins: int | typing.Literal['auto'] = ..., convention: typing.Literal['takens', 'hess2023', 'brenner2022', 'brenner2024', 'neighbours', 'mixture'] = ...) -> takens_metrics.geometry.state_space_divergence.StateSpaceDivergence: ...
    @typing.overload
    def create(self, name: typing.Literal["sliced_wasserstein", "metrics:sliced_wasserstein"], /, *, directions: int = ...) -> takens_metrics.geometry.sliced_wasserstein.SlicedWasserstein: ...
    @typing.overload
    def create(self, name: typing.Literal["correlation_dimension", "metrics:correlation_dimension"], /, *, theiler: int | typing.Literal['auto'] = ...) -> takens_metrics.from_data.correlation_dimension.CorrelationDimension: ...
    @typing.overload
    def create(self, name: typing.Literal["moments_distance", "metrics:moments_distance"], /) -> takens_metrics.geometry.moments_distance.MomentsDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["return_map_distance", "metrics:return_map_distance"], /, *, variable: int = ...) -> takens_metrics.geometry.return_map_distance.ReturnMapDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["spectrum_distance", "metrics:spectrum_distance"], /, *, sigma: float | typing.Literal['auto'] = ..., convention: typing.Literal['frequency', 'mikhaeil2022'] = ...) -> takens_metrics.spectra.spectrum_distance.SpectrumDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["spectrum_correlation", "metrics:spectrum_correlation"], /, *, sigma: float = ..., cutoff: int = ...) -> takens_metrics.spectra.spectrum_correlation.SpectrumCorrelation: ...
    @typing.overload
    def create(self, name: typing.Literal["autocorrelation_distance", "metrics:autocorrelation_distance"], /, *, lags: int | typing.Literal['auto'] = ...) -> takens_metrics.spectra.memory_distances.AutocorrelationDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["mutual_information_distance", "metrics:mutual_information_distance"], /, *, lags: int | typing.Literal['auto'] = ...) -> takens_metrics.spectra.memory_distances.MutualInformationDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["prediction_error", "metrics:prediction_error"], /, *, steps: collections.abc.Sequence[int] = ...) -> takens_metrics.forecasts.prediction_error.PredictionError: ...
    @typing.overload
    def create(self, name: typing.Literal["valid_prediction_time", "metrics:valid_prediction_time"], /, *, horizon: int = ..., threshold: float = ..., exponent: float | None = ...) -> takens_metrics.forecasts.valid_prediction_time.ValidPredictionTime: ...
    @typing.overload
    def create(self, name: typing.Literal["mean_shift", "metrics:mean_shift"], /) -> takens_metrics.effects.mean_shift.MeanShift: ...
    @typing.overload
    def create(self, name: typing.Literal["scale_ratio", "metrics:scale_ratio"], /) -> takens_metrics.effects.scale_ratio.ScaleRatio: ...
    @typing.overload
    def create(self, name: typing.Literal["time_scale_ratio", "metrics:time_scale_ratio"], /) -> takens_metrics.effects.time_scale_ratio.TimeScaleRatio: ...
    @typing.overload
    def create(self, name: typing.Literal["time_asymmetry", "metrics:time_asymmetry"], /) -> takens_metrics.effects.time_asymmetry.TimeAsymmetry: ...
    @typing.overload
    def create(self, name: typing.Literal["stability", "metrics:stability"], /) -> takens_metrics.fates.stability.Stability: ...
    @typing.overload
    def create(self, name: typing.Literal["other_attractors", "metrics:other_attractors"], /, *, count: int = ..., box: float = ...) -> takens_metrics.fates.other_attractors.OtherAttractors: ...
    @typing.overload
    def create(self, name: typing.Literal["joint_law_distance", "metrics:joint_law_distance"], /) -> takens_metrics.geometry.joint_law_distance.JointLawDistance: ...
    @typing.overload
    def create(self, name: typing.Literal["forecast_curve", "metrics:forecast_curve"], /, *, horizon: int = ..., exponent: float | None = ...) -> takens_metrics.forecasts.forecast_curve.ForecastCurve: ...
    @typing.overload
    def create(self, name: typing.Literal["deviance", "metrics:deviance"], /, *, horizon: int = ...) -> takens_metrics.forecasts.deviance.Deviance: ...
    @typing.overload
    def create(self, name: typing.Literal["mase", "metrics:mase"], /, *, steps: int = ...) -> takens_metrics.forecasts.scaled_errors.MASE: ...
    @typing.overload
    def create(self, name: typing.Literal["smape", "metrics:smape"], /, *, steps: int = ...) -> takens_metrics.forecasts.scaled_errors.SMAPE: ...

metrics: Metrics

class Devices(takens._plugins.registry.Registry[takens._protocols.device.DevicePolicy]):
    @typing.overload
    def create(self, name: typing.Literal["auto", "devices:auto"], /, *, batch: int = ..., width: int = ...) -> takens_devices.auto.Auto: ...
    @typing.overload
    def create(self, name: typing.Literal["cpu", "devices:cpu"], /) -> takens_devices.cpu.Cpu: ...
    @typing.overload
    def create(self, name: typing.Literal["cuda", "devices:cuda"], /, *, index: int | None = ...) -> takens_devices.cuda.Cuda: ...
    @typing.overload
    def create(self, name: typing.Literal["mps", "devices:mps"], /) -> takens_devices.mps.Mps: ...

devices: Devices

class Datasets(takens._plugins.registry.Registry[takens._protocols.dataset.Dataset]):
    @typing.overload
    def create(self, name: typing.Literal["csv", "datasets:csv"], /) -> takens_datasets.csv_file.Csv: ...
    @typing.overload
    def create(self, name: typing.Literal["npy", "datasets:npy"], /) -> takens_datasets.npy_file.Npy: ...
    @typing.overload
    def create(self, name: typing.Literal["npz", "datasets:npz"], /) -> takens_datasets.npz_file.Npz: ...
    @typing.overload
    def create(self, name: typing.Literal["parquet", "datasets:parquet"], /) -> takens_datasets.parquet_file.Parquet: ...
    @typing.overload
    def create(self, name: typing.Literal["matlab", "datasets:matlab"], /, *, variable: str | None = ...) -> takens_datasets.matlab_file.Matlab: ...
    @typing.overload
    def create(self, name: typing.Literal["tensors", "datasets:tensors"], /) -> takens_datasets.torch_file.Torch: ...
    @typing.overload
    def create(self, name: typing.Literal["excel", "datasets:excel"], /, *, sheet: str | None = ...) -> takens_datasets.excel_file.Excel: ...
    @typing.overload
    def create(self, name: typing.Literal["hdf5", "datasets:hdf5"], /, *, group: str | None = ...) -> takens_datasets.hdf5_file.Hdf5: ...
    @typing.overload
    def create(self, name: typing.Literal["netcdf", "datasets:netcdf"], /) -> takens_datasets.xarray_file.NetCdf: ...
    @typing.overload
    def create(self, name: typing.Literal["zarr", "datasets:zarr"], /) -> takens_datasets.xarray_file.Zarr: ...
    @typing.overload
    def create(self, name: typing.Literal["edf", "datasets:edf"], /) -> takens_datasets.edf_file.Edf: ...

datasets: Datasets

class Sources(takens._plugins.registry.Registry[takens._protocols.source.Source]):
    @typing.overload
    def create(self, name: typing.Literal["hudson_bay", "datasets:hudson_bay"], /) -> takens_datasets.hudson_bay.HudsonBay: ...
    @typing.overload
    def create(self, name: typing.Literal["sunspots", "datasets:sunspots"], /) -> takens_datasets.statsmodels_series.Sunspots: ...
    @typing.overload
    def create(self, name: typing.Literal["el_nino", "datasets:el_nino"], /) -> takens_datasets.statsmodels_series.ElNino: ...
    @typing.overload
    def create(self, name: typing.Literal["nile", "datasets:nile"], /) -> takens_datasets.statsmodels_series.Nile: ...
    @typing.overload
    def create(self, name: typing.Literal["mauna_loa", "datasets:mauna_loa"], /) -> takens_datasets.statsmodels_series.MaunaLoa: ...
    @typing.overload
    def create(self, name: typing.Literal["simulated", "datasets:simulated"], /, *, system: str = ..., parameters: dict[str, float] = ..., trajectories: int = ..., steps: int = ..., dt: float = ..., times: list[float] = ..., start: list[float] = ..., spread: float = ..., noise: float = ..., missing: float = ...) -> takens_datasets.simulated.Simulated: ...

sources: Sources

class Preparations(takens._plugins.registry.Registry[takens._protocols.preparation.Preparation]):
    @typing.overload
    def create(self, name: typing.Literal["standardise", "preparations:standardise"], /) -> takens_preparations.standardise.Standardise: ...
    @typing.overload
    def create(self, name: typing.Literal["detrend", "preparations:detrend"], /, *, order: int = ...) -> takens_preparations.detrend.Detrend: ...
    @typing.overload
    def create(self, name: typing.Literal["difference", "preparations:difference"], /, *, lag: int = ...) -> takens_preparations.difference.Difference: ...
    @typing.overload
    def create(self, name: typing.Literal["transform", "preparations:transform"], /, *, by: typing.Literal['log', 'sqrt', 'anscombe'] = ..., offset: float = ...) -> takens_preparations.transform.Transform: ...
    @typing.overload
    def create(self, name: typing.Literal["resample", "preparations:resample"], /, *, dt: float | None = ..., longest: float = ...) -> takens_preparations.resample.Resample: ...
    @typing.overload
    def create(self, name: typing.Literal["low_pass", "preparations:low_pass"], /, *, cutoff: float, order: int = ...) -> takens_preparations.low_pass.LowPass: ...
    @typing.overload
    def create(self, name: typing.Literal["decimate", "preparations:decimate"], /, *, every: int = ...) -> takens_preparations.decimate.Decimate: ...
    @typing.overload
    def create(self, name: typing.Literal["fill_gaps", "preparations:fill_gaps"], /, *, longest: int = ...) -> takens_preparations.fill_gaps.FillGaps: ...
    @typing.overload
    def create(self, name: typing.Literal["mask_outliers", "preparations:mask_outliers"], /, *, beyond: float = ..., width: int = ...) -> takens_preparations.mask_outliers.MaskOutliers: ...
    @typing.overload
    def create(self, name: typing.Literal["principal_components", "preparations:principal_components"], /, *, count: int | None = ..., share: float = ...) -> takens_preparations.principal_components.PrincipalComponents: ...
    @typing.overload
    def create(self, name: typing.Literal["delays", "preparations:delays"], /, *, delay: int | str = ..., dimension: int | str = ...) -> takens_preparations.delays.Delays: ...

preparations: Preparations

class Recipes(takens._plugins.registry.Registry[takens._protocols.recipe.Recipe]):
    @typing.overload
    def create(self, name: typing.Literal["recurrent_network", "recipes:recurrent_network"], /, *, model: typing.Literal['shallow_rnn', 'shallow_plrnn'] = ..., members: int = ...) -> takens_recipes.trained.Recurrent: ...
    @typing.overload
    def create(self, name: typing.Literal["free_states", "recipes:free_states"], /, *, pulled: int = ..., members: int = ...) -> takens_recipes.trained.FreeStates: ...
    @typing.overload
    def create(self, name: typing.Literal["neural_field", "recipes:neural_field"], /, *, members: int = ...) -> takens_recipes.trained.Field: ...
    @typing.overload
    def create(self, name: typing.Literal["gaussian_step", "recipes:gaussian_step"], /, *, most: int = ...) -> takens_recipes.closed_forms.GaussianProcess: ...
    @typing.overload
    def create(self, name: typing.Literal["reservoir", "recipes:reservoir"], /, *, hidden_dim: int = ..., members: int = ...) -> takens_recipes.closed_forms.Reservoir: ...
    @typing.overload
    def create(self, name: typing.Literal["linear_prediction", "recipes:linear_prediction"], /, *, samples: int = ...) -> takens_recipes.closed_forms.Linear: ...

recipes: Recipes

class Searches(takens._plugins.registry.Registry[takens._protocols.search.Search]):
    def create(self, name: typing.Literal["halving", "searches:halving"], /, *, factor: int = ...) -> takens_searches.halving.Halving: ...

searches: Searches

class Figures(takens._plugins.registry.Registry[takens._protocols.figure.Figure]):
    @typing.overload
    def create(self, name: typing.Literal["loss_history", "figures:loss_history"], /) -> takens_figures.loss_history.LossHistory: ...
    @typing.overload
    def create(self, name: typing.Literal["time_series", "figures:time_series"], /) -> takens_figures.time_series.TimeSeriesPanels: ...
    @typing.overload
    def create(self, name: typing.Literal["attractor", "figures:attractor"], /) -> takens_figures.attractor.Attractor: ...
    @typing.overload
    def create(self, name: typing.Literal["spectra", "figures:spectra"], /) -> takens_figures.spectra.Spectra: ...
    @typing.overload
    def create(self, name: typing.Literal["scaling_region", "figures:scaling_region"], /) -> takens_figures.scaling_region.ScalingRegion: ...
    @typing.overload
    def create(self, name: typing.Literal["forecast_curve", "figures:forecast_curve"], /) -> takens_figures.forecast_curve.ForecastCurve: ...
    @typing.overload
    def create(self, name: typing.Literal["forecast_fan", "figures:forecast_fan"], /) -> takens_figures.forecast_fan.ForecastFan: ...
    @typing.overload
    def create(self, name: typing.Literal["subject_space", "figures:subject_space"], /) -> takens_figures.subject_space.SubjectSpace: ...
    @typing.overload
    def create(self, name: typing.Literal["lyapunov_convergence", "figures:lyapunov_convergence"], /) -> takens_figures.lyapunov_convergence.LyapunovConvergence: ...

figures: Figures

class Portraits(takens._plugins.registry.Registry[takens._protocols.portrait.Portrait]):
    @typing.overload
    def create(self, name: typing.Literal["trajectories", "figures:trajectories"], /) -> takens_figures.trajectories.Trajectories: ...
    @typing.overload
    def create(self, name: typing.Literal["phase_portrait", "figures:phase_portrait"], /) -> takens_figures.phase_portrait.PhasePortrait: ...
    @typing.overload
    def create(self, name: typing.Literal["data_sheet", "figures:data_sheet"], /) -> takens_figures.data_sheet.DataSheet: ...
    @typing.overload
    def create(self, name: typing.Literal["vector_field", "figures:vector_field"], /) -> takens_figures.vector_field.VectorFieldPortrait: ...

portraits: Portraits

class Backends(takens._plugins.registry.Registry[takens._protocols.backend.Backend]):
    def create(self, name: typing.Literal["native", "native:native"], /, *, preference: int = ...) -> takens_native.backend.Native: ...

backends: Backends

class Kernels(takens._plugins.registry.Registry[typing.Any]):
    @typing.overload
    def create(self, name: typing.Literal["squared_exponential", "gp:squared_exponential"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | collections.abc.Sequence[float] | torch.Tensor = ...) -> takens_gp.kernels.squared_exponential.SquaredExponential: ...
    @typing.overload
    def create(self, name: typing.Literal["matern12", "gp:matern12"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | collections.abc.Sequence[float] | torch.Tensor = ...) -> takens_gp.kernels.matern.Matern12: ...
    @typing.overload
    def create(self, name: typing.Literal["matern32", "gp:matern32"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | collections.abc.Sequence[float] | torch.Tensor = ...) -> takens_gp.kernels.matern.Matern32: ...
    @typing.overload
    def create(self, name: typing.Literal["matern52", "gp:matern52"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | collections.abc.Sequence[float] | torch.Tensor = ...) -> takens_gp.kernels.matern.Matern52: ...
    @typing.overload
    def create(self, name: typing.Literal["rational_quadratic", "gp:rational_quadratic"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | collections.abc.Sequence[float] | torch.Tensor = ..., shape: float | torch.Tensor = ...) -> takens_gp.kernels.rational_quadratic.RationalQuadratic: ...
    @typing.overload
    def create(self, name: typing.Literal["periodic", "gp:periodic"], /, *, variance: float | torch.Tensor = ..., lengthscale: float | torch.Tensor = ..., period: float | torch.Tensor = ...) -> takens_gp.kernels.periodic.Periodic: ...
    @typing.overload
    def create(self, name: typing.Literal["linear", "gp:linear"], /, *, variance: float | collections.abc.Sequence[float] | torch.Tensor = ...) -> takens_gp.kernels.linear.Linear: ...
    @typing.overload
    def create(self, name: typing.Literal["constant", "gp:constant"], /, *, variance: float | torch.Tensor = ...) -> takens_gp.kernels.linear.Constant: ...
    @typing.overload
    def create(self, name: typing.Literal["brownian", "gp:brownian"], /, *, variance: float | torch.Tensor = ...) -> takens_gp.kernels.brownian.Brownian: ...
    @typing.overload
    def create(self, name: typing.Literal["white", "gp:white"], /, *, variance: float | torch.Tensor = ...) -> takens_gp.kernels.white.White: ...

kernels: Kernels
